import type { ItemOf } from '../../../commands/http/contract-types.ts'
import type { subscriptionContract } from '../../../commands/subscription/contract.ts'
import type { Cost } from '../../../domain/kernel/cost.ts'
import { parseStreamName, type StreamName, streamName } from '../../../domain/kernel/stream.ts'
import { monthAt, nextMonth, startOf } from '../../../domain/subscription/months.ts'
import { terms } from '../../../domain/subscription/plans.ts'
import { bytesReserved } from '../../../domain/subscription/subscription.ts'
import { parseState } from '../../engine/catch-up.ts'
import { listRows, rowsBefore } from '../../engine/list-pages.ts'
import { guardKey, partitionKey, streamOfRow } from '../../engine/projection.ts'
import type { ListOptions, ListPage, RowStore } from '../../engine/row-store.ts'
import {
  invoice,
  invoicesOf,
  type SubscriptionState,
  shards,
  subscribers,
  subscriptionsV1,
} from './projection.ts'

export type SubscriptionItem = ItemOf<typeof subscriptionContract, '/me/subscription'>
export type UsageItem = ItemOf<typeof subscriptionContract, '/me/usage'>
export type InvoiceItem = ItemOf<typeof subscriptionContract, '/me/invoices'>

export function subscriptionStream(userId: string): StreamName {
  return streamName(subscriptionsV1.aggregate, userId)
}

/** A registered person, from the read model of people. */
export interface Registered {
  readonly id: string
  readonly createdAt: string
}

/** Reads the plan of a person at a time in milliseconds since 1970. */
export async function readSubscription(
  rows: RowStore,
  generation: string,
  person: Registered,
  now: number,
): Promise<{ item: SubscriptionItem; cost: Cost }> {
  const { state, fields, cost } = await readState(rows, generation, person)
  const { plan, since = person.createdAt } = state
  const renewal = plan === 'free' ? {} : { renewsAt: startOf(nextMonth(monthAt(now))) }
  return { item: { ...fields, plan, since, ...renewal }, cost }
}

/** Reads the storage that a person's uploads use, and the limit of the plan. */
export async function readUsage(
  rows: RowStore,
  generation: string,
  person: Registered,
): Promise<{ item: UsageItem; cost: Cost }> {
  const { state, fields, cost } = await readState(rows, generation, person)
  const { bytesUsed } = state
  const { bytesAllowed } = terms[state.plan]
  return { item: { ...fields, bytesUsed, bytesReserved: bytesReserved(state), bytesAllowed }, cost }
}

async function readState(
  rows: RowStore,
  generation: string,
  { id, createdAt }: Registered,
): Promise<{
  state: SubscriptionState
  fields: Pick<SubscriptionItem, 'id' | 'version' | 'createdAt' | 'updatedAt'>
  cost: Cost
}> {
  const { guard, cost } = await rows.readGuard(guardKey(generation, subscriptionStream(id)))
  const state = guard === undefined ? subscriptionsV1.initial : parseState(subscriptionsV1, guard.state)
  const { updatedAt = createdAt } = state
  return { state, fields: { id, version: guard?.version ?? 0, createdAt, updatedAt }, cost }
}

/** Lists a page of a person's invoices, newest first. */
export async function listInvoices(
  rows: RowStore,
  generation: string,
  userId: string,
  options: ListOptions,
): Promise<ListPage<InvoiceItem>> {
  const listed = await listRows(rows, partitionKey(generation, invoicesOf(userId)), options)
  const stream = subscriptionStream(userId)
  const items = listed.items.map(({ data }) => {
    const { version, issuedAt, ...rest } = invoice.parse(JSON.parse(data))
    return {
      id: `${stream}/${version}`,
      version,
      createdAt: issuedAt,
      updatedAt: issuedAt,
      ...rest,
      issuedAt,
    }
  })
  return { ...listed, items }
}

/** A subscription with the first month that may need an invoice. */
export interface Due {
  readonly stream: StreamName
  readonly month: string
}

/**
 * Yields the subscriptions that may need an invoice for a month up to the given one. It reads no others, because rows
 * are sorted by the month that is due. A day without such subscriptions costs one empty page per shard.
 */
export async function* listDue(rows: RowStore, generation: string, until: string): AsyncGenerator<Due> {
  for (let shard = 0; shard < shards; shard++) {
    const partition = partitionKey(generation, subscribers(shard))
    // The keys `<month>#<stream>` of these months sort before the next month.
    for await (const row of rowsBefore(rows, partition, nextMonth(until))) {
      const { stream } = parseStreamName(streamOfRow(row))
      yield { stream, month: row.SK.slice(0, row.SK.indexOf('#')) }
    }
  }
}
