import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { costOf } from '../../commands/event-store/dynamo-client.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowItem } from './projection.ts'

/** What one request holds (`BatchWriteItem` in the API reference). */
const maxItems = 25
const maxAttempts = 9

/**
 * Puts items, whatever stands there. What DynamoDB leaves unprocessed is put again. Throws what the client
 * throws, and `unavailable` where items stay unprocessed for too long.
 */
export async function batchPut(
  client: DynamoDBDocumentClient,
  tableName: string,
  items: readonly RowItem[],
  clock: Clock,
): Promise<Cost> {
  let cost = noCost
  for (let from = 0; from < items.length; from += maxItems) {
    let pending = items.slice(from, from + maxItems).map((Item) => ({ PutRequest: { Item: { ...Item } } }))
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === maxAttempts)
        throw new Problem('unavailable', 'The read model is busy. Try again.', { retryAfterSeconds: 1 })
      if (attempt > 0) await clock.sleep(backoff(attempt, clock.random))
      const answer = await client.send(
        new BatchWriteCommand({
          RequestItems: { [tableName]: pending },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      )
      cost = addCost(cost, costOf('write', answer, answer.ConsumedCapacity ?? []))
      // What is unprocessed is what was sent.
      pending = (answer.UnprocessedItems?.[tableName] ?? []) as typeof pending
    }
  }
  return cost
}
