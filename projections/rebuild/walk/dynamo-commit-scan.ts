import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../../commands/aws/dynamo-client.ts'
import { orUnavailable, within } from '../../../commands/aws/sdk-call.ts'
import type { CommitScan, ScanOptions } from './commit-scan.ts'

const unavailable = orUnavailable('The event store did not answer in time. Try again.')
const lastKey = z.object({ pk: z.string(), sk: z.number() })

/**
 * Scans the event store's table in DynamoDB: keys `pk` (string) and `sk` (number). A page holds 1 MB, or as many items
 * as `limit` says. DynamoDB keeps the items of one partition key together, sorted by the other, and a scan goes
 * through them as they lie.
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
