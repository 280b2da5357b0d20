import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { type SubscriptionEvent, subscriptionEvents } from '../../../domain/subscription/events.ts'
import { nextMonth } from '../../../domain/subscription/months.ts'
import { plan } from '../../../domain/subscription/plans.ts'
import { shardOf } from '../../engine/counters.ts'
import type { Contribution, Projection, Row } from '../../engine/projection.ts'

/** The shown state of a subscription. A person without a stream has the initial state. */
const subscriptionState = z.strictObject({
  plan,
  /** When the plan was chosen; undefined for the initial free plan. */
  since: z.optional(z.string()),
  updatedAt: z.optional(z.string()),
  bytesUsed: z.number(),
  /** Bytes that are reserved for open uploads, by upload id. */
  reserved: z.record(z.string(), z.number()),
  /** The first month that may need an invoice; undefined if none does. */
  due: z.optional(z.string()),
  /** The last month that a cancelled plan is billed for. */
  paidUntil: z.optional(z.string()),
})

export type SubscriptionState = z.infer<typeof subscriptionState>

function evolve(before: SubscriptionState, event: Recorded<SubscriptionEvent>): SubscriptionState {
  const state = { ...before, updatedAt: event.at }
  switch (event.type) {
    case 'PlanChanged':
      return { ...state, plan: event.data.plan, since: event.at, due: state.due ?? event.data.month }
    case 'SubscriptionCancelled': {
      const { month } = event.data
      return due({ ...state, plan: 'free', since: event.at, paidUntil: month }, state.due)
    }
    case 'InvoiceIssued':
      return due(state, nextMonth(event.data.period))
    case 'QuotaReserved': {
      const { uploadId, bytes } = event.data
      return { ...state, reserved: { ...state.reserved, [uploadId]: bytes } }
    }
    case 'QuotaUsed': {
      const { uploadId, bytes } = event.data
      return { ...state, bytesUsed: state.bytesUsed + bytes, reserved: without(state.reserved, uploadId) }
    }
    case 'QuotaReleased':
      return { ...state, reserved: without(state.reserved, event.data.uploadId) }
  }
}

/** Sets the next month that is due, if it needs an invoice. */
function due({ due: _, ...state }: SubscriptionState, next: string | undefined): SubscriptionState {
  const isPaid = next !== undefined && (state.plan !== 'free' || next <= (state.paidUntil ?? ''))
  return isPaid ? { ...state, due: next } : state
}

function without(reserved: SubscriptionState['reserved'], uploadId: string): SubscriptionState['reserved'] {
  const { [uploadId]: _, ...others } = reserved
  return others
}

/** Makes a row in the list of subscribers while invoices are outstanding, now or after a month ends. */
function render({ due }: SubscriptionState, id: string): readonly Row[] {
  return due === undefined ? [] : [{ partition: subscribers(shardOf(id, shards)), sort: due, data: {} }]
}

/** Makes a row in the person's list for each invoice. */
function record(event: Recorded<SubscriptionEvent>, _: SubscriptionState, id: string): Contribution {
  if (event.type !== 'InvoiceIssued') return {}
  const { period, amount, currency } = event.data
  const data = { period, amount, currency, issuedAt: event.at, version: event.version } satisfies Invoice
  return { rows: [{ partition: invoicesOf(id), sort: period, data }] }
}

/** The row of a person's list of invoices. */
export const invoice = z.strictObject({
  period: z.string(),
  amount: z.number(),
  currency: z.string(),
  issuedAt: z.string(),
  version: z.number(),
})

type Invoice = z.infer<typeof invoice>

/** The partition of a person's invoices. */
export function invoicesOf(userId: string): string {
  return `invoices-of#${userId}`
}

/** Number of partitions of the list of subscribers. At the end of a month, all rows move. */
export const shards = 8

/** The partition of one shard of subscribers, sorted by the month that is due. */
export function subscribers(shard: number): string {
  return `subscribers#${shard}`
}

export const subscriptionsV1: Projection<SubscriptionState, SubscriptionEvent> = {
  name: 'subscriptions',
  version: 1,
  aggregate: 'subscription',
  events: subscriptionEvents,
  state: subscriptionState,
  initial: { plan: 'free', bytesUsed: 0, reserved: {} },
  evolve,
  render,
  record,
}
