import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/**
 * The requests that went over the wire. A refused write is charged, but its answer does not say how much, so
 * it only counts as a request.
 */
export interface Usage {
  /** Includes the SDK's retries. */
  readonly requests: number
  readonly writes: number
  readonly readUnits: number
  readonly writeUnits: number
}

/** Records every call of one client, in the same way for every contestant. */
export interface Wire {
  usage(): Usage
  /** Drops the answer of the next write after it has succeeded, as if the connection were lost. */
  loseNextAnswer(): void
}

const reads = new Set(['GetItemCommand', 'QueryCommand', 'ScanCommand', 'BatchGetItemCommand'])

export function watch({ middlewareStack }: Pick<DynamoDBClient, 'middlewareStack'>): Wire {
  let usage: Usage = { requests: 0, writes: 0, readUnits: 0, writeUnits: 0 }
  let losing = false

  middlewareStack.add(
    (next, context) => async (args) => {
      // Every operation that a contestant calls accepts this parameter.
      const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as typeof args.input
      const answer = await next({ ...args, input })
      const units = unitsOf(answer.output)
      if (reads.has(String(context['commandName']))) usage = { ...usage, readUnits: usage.readUnits + units }
      else usage = { ...usage, writeUnits: usage.writeUnits + units }
      return answer
    },
    { step: 'initialize', name: 'benchCapacity' },
  )

  // The last step: each of the SDK's tries passes it separately.
  middlewareStack.add(
    (next, context) => async (args) => {
      const write = !reads.has(String(context['commandName']))
      usage = { ...usage, requests: usage.requests + 1, writes: usage.writes + (write ? 1 : 0) }
      const answer = await next(args)
      if (write && losing) {
        losing = false
        throw Object.assign(new Error('read ECONNRESET'), { name: 'TimeoutError', code: 'ECONNRESET' })
      }
      return answer
    },
    { step: 'deserialize', name: 'benchRequests', priority: 'low' },
  )

  return {
    usage: () => usage,
    loseNextAnswer() {
      losing = true
    },
  }
}

/** The usage of a task, on a wire that no other task uses meanwhile. */
export async function used<T>(wire: Wire, run: () => Promise<T>): Promise<{ value: T; usage: Usage }> {
  const before = wire.usage()
  const value = await run()
  const after = wire.usage()
  const usage = {
    requests: after.requests - before.requests,
    writes: after.writes - before.writes,
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
  }
  return { value, usage }
}

function unitsOf(output: object): number {
  const consumed: unknown = Reflect.get(output, 'ConsumedCapacity')
  const each = Array.isArray(consumed) ? consumed : consumed === undefined ? [] : [consumed]
  return each.reduce(
    (sum: number, { CapacityUnits = 0 }: { CapacityUnits?: number }) => sum + CapacityUnits,
    0,
  )
}
