import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowItem, RowKey } from './projection.ts'

/** Maximum number of items in one request (`BatchWriteItem` in the API reference). */
const maxItems = 25
const maxAttempts = 9

/** An item to put, or the key of an item to delete. */
export type Write = { readonly put: RowItem } | { readonly remove: RowKey }

/**
 * Executes writes of different items, in no order. Items that DynamoDB leaves unprocessed are written again. Throws the
 * client's errors, and `unavailable` if items stay unprocessed for too long.
 */
export async function batchWrite(
  client: DynamoDBDocumentClient,
  tableName: string,
  writes: readonly Write[],
  clock: Clock,
): Promise<Cost> {
  let cost = noCost
  for (let from = 0; from < writes.length; from += maxItems) {
    let pending = writes.slice(from, from + maxItems).map(requestOf)
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
      // Unprocessed items have the same form as in the request.
      const unprocessed = (answer.UnprocessedItems?.[tableName] ?? []) as typeof pending
      // This counts only attempts that wrote nothing.
      if (unprocessed.length < pending.length) attempt = 0
      pending = unprocessed
    }
  }
  return cost
}

function requestOf(write: Write) {
  if ('put' in write) return { PutRequest: { Item: { ...write.put } } }
  const { PK, SK } = write.remove
  return { DeleteRequest: { Key: { PK, SK } } }
}
