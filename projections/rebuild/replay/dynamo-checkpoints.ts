import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../../commands/aws/dynamo-client.ts'
import { failureOf } from '../../../commands/aws/sdk-call.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import { batchRead } from '../../engine/dynamo-batch-read.ts'
import { type Checkpoint, type Checkpoints, nothingDone } from './checkpoints.ts'
import { checkpointPartition } from './row-remover.ts'

const keyOf = (generation: string, segment: number) => ({
  PK: checkpointPartition(generation),
  SK: String(segment).padStart(4, '0'),
})

/** Checkpoints in the read model's table, one item per segment: `PK` is `replay#<generation>`. */
export function createDynamoCheckpoints(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): Checkpoints {
  return {
    async read(generation, segments) {
      const keys = Array.from({ length: segments }, (_, segment) => keyOf(generation, segment))
      const { items, cost } = await batchRead(client, tableName, keys, clock)
      const found = new Map(items.map((item) => [item['SK'], checkpoint.parse(item)]))
      return { checkpoints: keys.map(({ SK }) => found.get(SK) ?? nothingDone), cost }
    },

    async move(generation, segment, to) {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...keyOf(generation, segment), ...to },
            ConditionExpression: to.revision === 1 ? 'attribute_not_exists(PK)' : '#revision = :before',
            ...(to.revision > 1 && {
              ExpressionAttributeNames: { '#revision': 'revision' },
              ExpressionAttributeValues: { ':before': to.revision - 1 },
            }),
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
        return { outcome: 'moved', cost: costOf('write', answer, [answer.ConsumedCapacity]) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) && failureOf(error) === 'definite')
          throw error
        return { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
      }
    },
  }
}

const checkpoint: z.ZodMiniType<Checkpoint> = z.object({
  revision: z.number(),
  after: z.optional(z.object({ stream: z.string(), version: z.number() })),
  done: z.boolean(),
  commits: z.number(),
  parked: z.number(),
})
