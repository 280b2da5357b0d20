import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { orUnavailable } from '../../commands/aws/sdk-call.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { batchRead } from '../engine/dynamo-batch-read.ts'
import { parkedIndexKey } from '../engine/parked-index.ts'
import { forwarderName, type Mark, markKey, type ParkedStreams } from './parked-streams.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')

const mark = z.object({
  version: z.number(),
  error: z.string(),
  at: z.string(),
  type: z.optional(z.string()),
  stack: z.optional(z.string()),
})

/** The marks in the read model's table, one item each: `PK` is `forwarder#<stream>`, `SK` is `parked`. */
export function createDynamoParkedStreams(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): ParkedStreams {
  return {
    async read(streams) {
      const { items, cost } = await batchRead(client, tableName, streams.map(markKey), clock)
      const marks = items.map((item): [StreamName, Mark] => [
        parseStreamName(`${item['PK']}`.slice(forwarderName.length + 1)).stream,
        mark.parse(item),
      ])
      return { marks: new Map(marks), cost }
    },

    async move(stream, from, to) {
      const key = markKey(stream)
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
            ? await client.send(new DeleteCommand({ ...write, Key: key }))
            : await client.send(
                new PutCommand({ ...write, Item: { ...key, ...to, ...parkedIndexKey(key, to) } }),
              )
        return { outcome: 'moved', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) return unavailable(error)
        return { outcome: 'again', cost: costOf('write', error, [{ CapacityUnits: 1 }]) }
      }
    },
  }
}
