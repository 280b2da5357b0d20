import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { costOf } from '../../commands/event-store/dynamo-client.ts'
import { orUnavailable } from '../../commands/event-store/sdk-call.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { Mark, ParkedStreams } from './parked-streams.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')

/** BatchGetItem in the API reference: up to 100 items. */
const maxKeys = 100

const prefix = 'forwarder#'
const keyOf = (stream: StreamName) => ({ PK: `${prefix}${stream}`, SK: 'parked' })
const mark = z.object({ version: z.number(), error: z.string(), at: z.string() })

/** Marks in the read model's table, an item each: `PK` is `forwarder#<stream>`, `SK` is `parked`. */
export function createDynamoParkedStreams(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): ParkedStreams {
  const readSome = async (streams: readonly StreamName[], marks: Map<StreamName, Mark>): Promise<Cost> => {
    let cost = noCost
    let pending: Record<string, unknown>[] = streams.map(keyOf)
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt > 8)
        throw new Problem('unavailable', 'The read model is busy. Try again.', { retryAfterSeconds: 1 })
      if (attempt > 0) await clock.sleep(backoff(attempt, clock.random))
      const answer = await client
        .send(
          new BatchGetCommand({
            RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
        .catch(unavailable)
      cost = addCost(cost, costOf('read', answer, answer.ConsumedCapacity ?? []))
      for (const item of answer.Responses?.[tableName] ?? [])
        marks.set(parseStreamName(`${item['PK']}`.slice(prefix.length)).stream, mark.parse(item))
      pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? []
    }
    return cost
  }

  return {
    async read(streams) {
      const marks = new Map<StreamName, Mark>()
      let cost = noCost
      for (let from = 0; from < streams.length; from += maxKeys)
        cost = addCost(cost, await readSome(streams.slice(from, from + maxKeys), marks))
      return { marks, cost }
    },

    async move(stream, from, to) {
      const condition =
        from === undefined
          ? { ConditionExpression: 'attribute_not_exists(PK)' }
          : {
              ConditionExpression: '#version = :version AND #at = :at',
              ExpressionAttributeNames: { '#version': 'version', '#at': 'at' },
              ExpressionAttributeValues: { ':version': from.version, ':at': from.at },
            }
      const write = { TableName: tableName, ReturnConsumedCapacity: 'TOTAL' as const, ...condition }
      try {
        const answer =
          to === undefined
            ? await client.send(new DeleteCommand({ ...write, Key: keyOf(stream) }))
            : await client.send(new PutCommand({ ...write, Item: { ...keyOf(stream), ...to } }))
        return { outcome: 'moved', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) return unavailable(error)
        return { outcome: 'again', cost: costOf('write', error, [{ CapacityUnits: 1 }]) }
      }
    },
  }
}
