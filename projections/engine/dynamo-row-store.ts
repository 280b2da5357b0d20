import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../commands/event-store/dynamo-client.ts'
import { failureOf, orUnavailable } from '../../commands/event-store/sdk-call.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Cost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { batchRead } from './dynamo-batch-read.ts'
import type { RowItem } from './projection.ts'
import { type Guard, type Move, maxRowsPerMove, type RowStore } from './row-store.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')

/** The read model's table in DynamoDB: keys `PK` and `SK`, both strings. */
export function createDynamoRowStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): RowStore {
  return {
    async readGuard(key) {
      const answer = await client
        .send(
          new GetCommand({
            TableName: tableName,
            Key: key,
            ConsistentRead: true,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
        .catch(unavailable)
      return { guard: asGuard(answer.Item), cost: costOf('read', answer, [answer.ConsumedCapacity]) }
    },

    async readGuards(keys) {
      const { items, cost } = await batchRead(client, tableName, keys, clock)
      const found = new Map(items.map((item) => [`${item['PK']}`, asGuard(item)]))
      return { guards: keys.map(({ PK }) => found.get(PK)), cost }
    },

    async move(move) {
      if (move.put.length + move.remove.length > maxRowsPerMove) {
        throw new Problem('too-large', `A stream changes more than ${maxRowsPerMove} rows at once.`)
      }
      try {
        return { outcome: 'moved', cost: await write(move) }
      } catch (error) {
        if (isGuardMoved(error) || failureOf(error) === 'unknown') {
          return { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
        }
        throw error
      }
    },

    async list(partition, { after, limit }) {
      const answer = await client
        .send(
          new QueryCommand({
            TableName: tableName,
            ConsistentRead: true,
            KeyConditionExpression: after === undefined ? 'PK = :pk' : 'PK = :pk AND SK < :after',
            ExpressionAttributeValues: {
              ':pk': partition,
              ...(after === undefined ? {} : { ':after': after }),
            },
            ScanIndexForward: false,
            Limit: limit,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
        .catch(unavailable)
      // Only `move` writes here, and it writes rows of this shape.
      return {
        rows: (answer.Items ?? []) as RowItem[],
        cost: costOf('read', answer, [answer.ConsumedCapacity]),
      }
    },
  }

  async function write({ key, from, to, put, remove }: Move): Promise<Cost> {
    const guard = {
      TableName: tableName,
      Item: { ...key, ...to },
      // A stream whose first event is parked has a guard at 0.
      ConditionExpression: from === 0 ? 'attribute_not_exists(PK) OR #version = :from' : '#version = :from',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':from': from },
    }
    if (put.length + remove.length === 0) {
      const answer = await client.send(new PutCommand({ ...guard, ReturnConsumedCapacity: 'TOTAL' }))
      return costOf('write', answer, [answer.ConsumedCapacity])
    }
    const answer = await client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: guard },
          ...put.map((Item) => ({ Put: { TableName: tableName, Item } })),
          ...remove.map(({ PK, SK }) => ({ Delete: { TableName: tableName, Key: { PK, SK } } })),
        ],
        ReturnConsumedCapacity: 'TOTAL',
      }),
    )
    return costOf('write', answer, answer.ConsumedCapacity ?? [])
  }
}

function asGuard(item: Record<string, unknown> | undefined): Guard | undefined {
  if (item === undefined) return undefined
  const parsed = guardItem.safeParse(item)
  if (parsed.success) return parsed.data
  throw new Problem('unreadable', 'An item of the read model is not a guard.')
}

const guardItem = z.object({
  version: z.number(),
  state: z.string(),
  parked: z.optional(z.object({ error: z.string(), at: z.string() })),
})

/** A transaction can also fail by another one in flight, which the SDK does not retry. */
function isGuardMoved(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true
  if (!(error instanceof TransactionCanceledException)) return false
  const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None')
  return reasons.every((code) => retryableReasons.has(code))
}

const retryableReasons = new Set([
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
])
