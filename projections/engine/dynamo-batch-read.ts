import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { orUnavailable } from '../../commands/aws/sdk-call.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowKey } from './projection.ts'

/** Maximum number of keys in one request (`BatchGetItem` in the API reference). */
const maxKeys = 100
const maxAttempts = 9

const unavailable = orUnavailable('The read model did not answer in time. Try again.')

/**
 * Reads the items of these keys consistently, in no order, and leaves out missing ones. Keys that DynamoDB leaves
 * unprocessed are requested again. Throws `unavailable` if this takes too long.
 */
export async function batchRead(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly RowKey[],
  clock: Clock,
): Promise<{ items: Record<string, unknown>[]; cost: Cost }> {
  const items: Record<string, unknown>[] = []
  let cost = noCost
  for (let from = 0; from < keys.length; from += maxKeys) {
    let pending: Record<string, unknown>[] = keys
      .slice(from, from + maxKeys)
      .map(({ PK, SK }) => ({ PK, SK }))
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === maxAttempts)
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
      items.push(...(answer.Responses?.[tableName] ?? []))
      const unprocessed = answer.UnprocessedKeys?.[tableName]?.Keys ?? []
      // This counts only attempts that read nothing, because an answer ends at 16 MB.
      if (unprocessed.length < pending.length) attempt = 0
      pending = unprocessed
    }
  }
  return { items, cost }
}
