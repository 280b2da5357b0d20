import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { costOf } from '../../commands/aws/dynamo-client.ts'
import { readPages } from '../../commands/aws/pages.ts'
import { failureOf, isRefusal, orUnavailable } from '../../commands/aws/sdk-call.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Cost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { type Amounts, type CounterItem, keysOf, type SortRange, sumsOf } from './counters.ts'
import { batchRead } from './dynamo-batch-read.ts'
import { batchWrite } from './dynamo-batch-write.ts'
import { parkedIndexKey } from './parked-index.ts'
import type { RowItem, RowKey } from './projection.ts'
import { type Guard, type ListOptions, type Move, maxChangesPerMove, type RowStore } from './row-store.ts'

const unavailable = orUnavailable('The read model did not answer in time. Try again.')

interface Table {
  readonly client: DynamoDBDocumentClient
  readonly name: string
}

/** The read model's table in DynamoDB: keys `PK` and `SK`, both strings. */
export function createDynamoRowStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): RowStore {
  const table = { client, name: tableName }
  return {
    readGuard: (key) => readGuard(table, key),

    async readGuards(keys) {
      const { items, cost } = await batchRead(client, tableName, keys, clock)
      const found = new Map(items.map((item) => [`${item['PK']}`, asGuard(item)]))
      return { guards: keys.map(({ PK }) => found.get(PK)), cost }
    },

    async move(move) {
      if (move.put.length + move.remove.length + move.counters.length > maxChangesPerMove) {
        throw new Problem('too-large', `A write can have at most ${maxChangesPerMove} changes.`)
      }
      try {
        return { outcome: 'moved', cost: await write(table, move) }
      } catch (error) {
        if (!isRefusal(error) && (isGuardMoved(error) || failureOf(error) === 'unknown')) return again
        throw error
      }
    },

    async put(some) {
      try {
        const writes = some.map((put) => ({ put }))
        return { outcome: 'put', cost: await batchWrite(client, tableName, writes, clock) }
      } catch (error) {
        if (failureOf(error) !== 'unknown') throw error
        return again
      }
    },

    async readRows(keys) {
      const { items, cost } = await batchRead(client, tableName, keys, clock)
      return { rows: items as unknown as RowItem[], cost } // `move` and `put` write all rows in this shape
    },

    list: (partition, options) => list(table, partition, options),
    sums: (partition, range) => sums(table, partition, range),
  }
}

const again = { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } } as const

async function readGuard(table: Table, key: RowKey): ReturnType<RowStore['readGuard']> {
  const answer = await table.client
    .send(
      new GetCommand({
        TableName: table.name,
        Key: key,
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    )
    .catch(unavailable)
  return { guard: asGuard(answer.Item), cost: costOf('read', answer, [answer.ConsumedCapacity]) }
}

async function list(
  table: Table,
  partition: string,
  { after, limit, order }: ListOptions,
): ReturnType<RowStore['list']> {
  const isAscending = order === 'ascending'
  const fromAfter = isAscending ? 'PK = :pk AND SK > :after' : 'PK = :pk AND SK < :after'
  const { items, cost } = await readPages<RowItem, Record<string, unknown>>(async (from, most) => {
    const answer = await table.client
      .send(
        new QueryCommand({
          TableName: table.name,
          ConsistentRead: true,
          KeyConditionExpression: after === undefined ? 'PK = :pk' : fromAfter,
          ExpressionAttributeValues: { ':pk': partition, ...(after !== undefined && { ':after': after }) },
          ExclusiveStartKey: from,
          ScanIndexForward: isAscending,
          Limit: most,
          ReturnConsumedCapacity: 'TOTAL',
        }),
      )
      .catch(unavailable)
    // `move` and `put` write all rows in this shape.
    const items = (answer.Items ?? []) as RowItem[]
    return { items, next: answer.LastEvaluatedKey, cost: costOf('read', answer, [answer.ConsumedCapacity]) }
  }, limit)
  return { rows: items, cost }
}

async function sums(table: Table, partition: string, range: SortRange): ReturnType<RowStore['sums']> {
  const { from, to } = keysOf(range)
  const { items, cost } = await readPages<CounterItem, Record<string, unknown>>(async (after) => {
    const answer = await table.client
      .send(
        new QueryCommand({
          TableName: table.name,
          ConsistentRead: true,
          KeyConditionExpression: 'PK = :pk AND SK BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': partition, ':from': from, ':to': to },
          ExclusiveStartKey: after,
          ReturnConsumedCapacity: 'TOTAL',
        }),
      )
      .catch(unavailable)
    // Only `move` writes counters. It writes nothing but the keys and the amounts.
    const found = (answer.Items ?? []) as (RowKey & Amounts)[]
    const items = found.map(({ PK, SK, ...amounts }) => ({ PK, SK, amounts }))
    return { items, next: answer.LastEvaluatedKey, cost: costOf('read', answer, [answer.ConsumedCapacity]) }
  })
  return { sums: sumsOf(items), cost }
}

/** Writes the guard, alone or in one transaction with the changes. */
async function write(
  { client, name: tableName }: Table,
  { key, from, to, put, remove, counters }: Move,
): Promise<Cost> {
  const guard = {
    TableName: tableName,
    Item: { ...key, ...to, ...parkedIndexKey(key, to.parked) },
    ...conditionOf(from),
  }
  if (put.length + remove.length + counters.length === 0) {
    const answer = await client.send(new PutCommand({ ...guard, ReturnConsumedCapacity: 'TOTAL' }))
    return costOf('write', answer, [answer.ConsumedCapacity])
  }
  const answer = await client.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: guard },
        ...put.map((Item) => ({ Put: { TableName: tableName, Item } })),
        ...remove.map(({ PK, SK }) => ({ Delete: { TableName: tableName, Key: { PK, SK } } })),
        ...counters.map(({ PK, SK, amounts }) => ({
          Update: { TableName: tableName, Key: { PK, SK }, ...addition(amounts) },
        })),
      ],
      ReturnConsumedCapacity: 'TOTAL',
    }),
  )
  return costOf('write', answer, answer.ConsumedCapacity ?? [])
}

/**
 * The condition that the guard has not moved since it was read. If the first event of a stream is parked, the guard
 * exists at version 0.
 */
function conditionOf({ version, written }: Move['from']) {
  const ExpressionAttributeNames = { '#version': 'version', '#written': 'written' }
  if (written !== undefined) {
    return {
      ConditionExpression: '#version = :version AND #written = :written',
      ExpressionAttributeNames,
      ExpressionAttributeValues: { ':version': version, ':written': written },
    }
  }
  const there = '#version = :version AND attribute_not_exists(#written)'
  return {
    ConditionExpression: version === 0 ? `attribute_not_exists(PK) OR (${there})` : there,
    ExpressionAttributeNames,
    ExpressionAttributeValues: { ':version': version },
  }
}

function addition(amounts: Amounts) {
  const named = Object.entries(amounts).map(([name, amount], index) => ({ name, amount, index }))
  return {
    UpdateExpression: `ADD ${named.map(({ index }) => `#n${index} :n${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(named.map(({ name, index }) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(named.map(({ amount, index }) => [`:n${index}`, amount])),
  }
}

function asGuard(item: Record<string, unknown> | undefined): Guard | undefined {
  if (item === undefined) return undefined
  const parsed = guardItem.safeParse(item)
  if (parsed.success) return parsed.data
  throw new Problem('unreadable', 'An item of the read model is not a guard.')
}

const parkedItem = z.object({
  error: z.string(),
  at: z.string(),
  version: z.optional(z.number()),
  type: z.optional(z.string()),
  stack: z.optional(z.string()),
})

const guardItem = z.object({
  version: z.number(),
  state: z.string(),
  written: z.optional(z.number()),
  parked: z.optional(parkedItem),
})

/** A transaction can also fail because of another one in flight. The SDK does not retry that. */
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
