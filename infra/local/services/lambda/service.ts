import { randomUUID } from 'node:crypto'
import type { Faults } from '../../faults/faults.ts'
import { AwsError, type AwsService, type Log } from '../../gateway/aws-service.ts'
import { lambdaApi } from './api.ts'
import { createFunction, type LambdaFunction } from './function.ts'
import type { FunctionDefinition, NamedFunction } from './function-definition.ts'
import type { Invocation } from './invocation.ts'
import { qualified, readFunctionName } from './qualifier.ts'
import { startRuntimeApi } from './runtime-api.ts'
import { createUsageLog, type UsageLog } from './usage.ts'

export interface Lambda {
  readonly service: AwsService
  /** Creates a function, or replaces the one with this ARN. */
  define(definition: FunctionDefinition): void
  /** Returns the function with this ARN or name, with or without a qualifier. Throws if there is none. */
  find(nameOrArn: string): NamedFunction
  /** Invokes a function by its ARN, with or without a qualifier, and waits for its answer. Rejects if there is no such function. */
  invoke(functionArn: string, payload: unknown, requestId?: string): Promise<Invocation>
  /** Returns when the oldest unanswered invocation was requested, in milliseconds since 1970. */
  oldestInvocation(): number | undefined
  /** The resources that the latest invocations used, by the logical id of their function. */
  usage: UsageLog['all']
  close(): Promise<void>
}

/**
 * Runs functions in processes of their own and serves them the Lambda Runtime API (Lambda developer guide, "Using the
 * Lambda runtime API for custom runtimes"). `endpoint` is the address of the AWS services for them.
 */
export async function startLambda(o: {
  region: string
  endpoint: string
  faults: Faults
  /** Accepts an event for a function that runs later, durably. */
  invokeAsync: (functionArn: string, payload: unknown) => void
  /** The debugger's port for the first function. Each further function has the next port. */
  inspectPort?: number | undefined
  log: Log
  /** Keeps a line of a function in its log group. */
  keepLine: (logGroup: string, line: string) => void
}): Promise<Lambda> {
  const functions = new Map<string, LambdaFunction>()
  const running = new Set<{ readonly since: number }>()
  const usageLog = createUsageLog()

  const runtimeApi = await startRuntimeApi({
    environment: (id) => [...functions.values()].flatMap((f) => f.environment(id) ?? [])[0],
    onUsage(id, report) {
      const user = [...functions.values()].find((f) => f.environment(id) !== undefined)
      if (user !== undefined) usageLog.add(user.definition().logicalId, report)
    },
    log: o.log,
  })

  function find(nameOrArn: string): NamedFunction {
    const { unqualified, qualifier } = readFunctionName(nameOrArn)
    for (const { definition } of functions.values()) {
      const { arn, name } = definition()
      if (arn === unqualified || name === unqualified) return qualified(definition(), qualifier)
    }
    throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404)
  }

  async function invoke(functionArn: string, payload: unknown, requestId?: string): Promise<Invocation> {
    const { unqualified, qualifier } = readFunctionName(functionArn)
    const called = functions.get(unqualified)
    if (called === undefined) throw new Error(`There is no function ${functionArn}`)
    const { arn } = qualified(called.definition(), qualifier)
    const invocation = { since: Date.now() }
    running.add(invocation)
    try {
      return await called.invoke(JSON.stringify(payload), arn, requestId)
    } finally {
      running.delete(invocation)
    }
  }

  const all = () => [...functions.values()].map((one) => one.definition())

  return {
    service: lambdaApi({ find, all, invoke, invokeAsync: o.invokeAsync }),
    find,
    invoke,
    usage: usageLog.all,
    // A set keeps the order in which its members were added.
    oldestInvocation: () => running.values().next().value?.since,
    define(definition) {
      const there = functions.get(definition.arn)
      if (there !== undefined) return there.replace(definition)
      const inspectPort = o.inspectPort && o.inspectPort + functions.size
      const options = { ...o, inspectPort, runtimeApi: runtimeApi.addressOf, newId: randomUUID }
      functions.set(definition.arn, createFunction(definition, options))
      if (inspectPort) o.log(definition.logicalId, `accepts a debugger at 127.0.0.1:${inspectPort}`)
    },
    async close() {
      await Promise.all([...functions.values()].map((f) => f.close()))
      await runtimeApi.close()
    },
  }
}
