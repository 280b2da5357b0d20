import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { orUnavailable } from '../../../commands/aws/sdk-call.ts'

/** A stored guard: the owner and stream in its key, and its state as JSON. */
export interface StoredGuard {
  readonly PK: string
  readonly version: number
  readonly state: string
}

/** All guards of a read model, in no order. Throws `unavailable` if the table does not answer. */
export type GuardScan = () => AsyncIterable<StoredGuard>

const guard = z.object({ PK: z.string(), version: z.number(), state: z.string() })
const unavailable = orUnavailable('The read model did not answer in time. Try again.')

/** Scans the read model's table. It has no index by content, so the scan reads all of it. */
export function scanGuards(client: DynamoDBDocumentClient, tableName: string): GuardScan {
  return async function* () {
    let from: Record<string, unknown> | undefined
    do {
      const page = await client
        .send(
          new ScanCommand({
            TableName: tableName,
            FilterExpression: 'SK = :guard',
            ExpressionAttributeValues: { ':guard': 'guard' },
            ...(from && { ExclusiveStartKey: from }),
          }),
        )
        .catch(unavailable)
      for (const item of page.Items ?? []) {
        const { data } = guard.safeParse(item)
        if (data !== undefined) yield data
      }
      from = page.LastEvaluatedKey
    } while (from !== undefined)
  }
}
