import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { readPages } from '../../commands/aws/pages.ts'
import { orUnavailable } from '../../commands/aws/sdk-call.ts'
import { type ParkedIndex, parkedPartition } from './parked-index.ts'
import type { RowKey } from './projection.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')
const rowKey = z.object({ PK: z.string(), SK: z.string() })

/**
 * The read model's index `GSI1` in DynamoDB. It contains only its keys `GSI1PK` and `GSI1SK`, both strings, and those
 * of the table. All marks are in one partition, which accepts a thousand of them per second.
 */
export function createDynamoParkedIndex(client: DynamoDBDocumentClient, tableName: string): ParkedIndex {
  return {
    async parkedKeys() {
      const { items: keys, cost } = await readPages<RowKey, Record<string, unknown>>(async (after) => {
        const answer = await client
          .send(
            new QueryCommand({
              TableName: tableName,
              IndexName: 'GSI1',
              KeyConditionExpression: 'GSI1PK = :parked',
              ExpressionAttributeValues: { ':parked': parkedPartition },
              ReturnConsumedCapacity: 'TOTAL',
              ExclusiveStartKey: after,
            }),
          )
          .catch(unavailable)
        const items = (answer.Items ?? []).map((item) => rowKey.parse(item))
        return {
          items,
          next: answer.LastEvaluatedKey,
          cost: costOf('read', answer, [answer.ConsumedCapacity]),
        }
      })
      return { keys, cost }
    },
  }
}
