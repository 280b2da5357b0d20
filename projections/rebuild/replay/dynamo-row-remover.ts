import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../../commands/aws/dynamo-client.ts'
import { orUnavailable } from '../../../commands/aws/sdk-call.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import { addCost } from '../../../domain/kernel/cost.ts'
import { batchWrite } from '../../engine/dynamo-batch-write.ts'
import { generationOfItem, prefixesOf, type RowRemover } from './row-remover.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')
const rowKey = z.object({ PK: z.string(), SK: z.string() })

/**
 * Removes items from the read model's table in DynamoDB. It scans the table, because no index lists the items of a
 * generation.
 */
export function createDynamoRowRemover(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
  limit?: number,
): RowRemover {
  return {
    async removeSome(projection, kept, after) {
      const [rows, counters, checkpoints] = prefixesOf(projection)
      const answer = await client
        .send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            ProjectionExpression: 'PK, SK',
            FilterExpression:
              'begins_with(PK, :rows) OR begins_with(PK, :counters) OR begins_with(PK, :checkpoints)',
            ExpressionAttributeValues: { ':rows': rows, ':counters': counters, ':checkpoints': checkpoints },
            ReturnConsumedCapacity: 'TOTAL',
            ...(limit !== undefined && { Limit: limit }),
            ...(after && { ExclusiveStartKey: { PK: after.PK, SK: after.SK } }),
          }),
        )
        .catch(unavailable)
      const keep = await kept()
      const removed = new Map<string, number>()
      const keys = (answer.Items ?? [])
        .map((item) => rowKey.parse(item))
        .filter(({ PK }) => {
          const generation = generationOfItem(projection, PK)
          if (generation === undefined || keep.has(generation)) return false
          removed.set(generation, (removed.get(generation) ?? 0) + 1)
          return true
        })
      const writes = keys.map((remove) => ({ remove }))
      const cost = await batchWrite(client, tableName, writes, clock).catch(unavailable)
      const last = answer.LastEvaluatedKey
      return {
        removed,
        next: last && rowKey.parse(last),
        cost: addCost(costOf('read', answer, [answer.ConsumedCapacity]), cost),
      }
    },
  }
}
