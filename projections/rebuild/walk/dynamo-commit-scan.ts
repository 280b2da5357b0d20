import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../../commands/aws/dynamo-client.ts'
import { orUnavailable, within } from '../../../commands/aws/sdk-call.ts'
import type { CommitScan, ScanOptions } from './commit-scan.ts'

const unavailable = orUnavailable('The event store did not answer in time. Try again.')
const lastKey = z.object({ pk: z.string(), sk: z.number() })

/**
 * Scans the event store's table in DynamoDB: keys `pk` (string) and `sk` (number). A page contains 1 MB, or `limit`
 * items. DynamoDB stores the items of one partition key together, sorted by the sort key, and a scan reads them in this
 * order.
 */
export function createDynamoCommitScan(
  client: DynamoDBDocumentClient,
  tableName: string,
  { limit, segment, segments }: ScanOptions = {},
): CommitScan {
  return {
    async page(after, timeoutMs) {
      const answer = await client
        .send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            ReturnConsumedCapacity: 'TOTAL',
            ...(limit !== undefined && { Limit: limit }),
            ...(segments !== undefined && { Segment: segment ?? 0, TotalSegments: segments }),
            ...(after && { ExclusiveStartKey: { pk: after.stream, sk: after.version } }),
          }),
          within(timeoutMs),
        )
        .catch(unavailable)
      const last = answer.LastEvaluatedKey && lastKey.parse(answer.LastEvaluatedKey)
      return {
        items: answer.Items ?? [],
        next: last && { stream: last.pk, version: last.sk },
        cost: costOf('read', answer, [answer.ConsumedCapacity]),
      }
    },
  }
}
