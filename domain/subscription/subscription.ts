import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { refusal } from '../kernel/problem.ts'
import { type SubscriptionEvent, subscriptionEvents } from './events.ts'
import { nextMonth } from './months.ts'
import { currency, dearer, type Plan, terms } from './plans.ts'
import { subscriptionPublication } from './public-events.ts'

/**
 * A person's plan and the storage that they use, in the stream `subscription-<user id>`. A person without this stream
 * is on the free plan and uses no storage.
 */
export interface SubscriptionState {
  readonly plan: Plan
  /** The plan at the end of the last settled month. */
  readonly before: Plan
  /** The months since then in which the plan changed, oldest first. */
  readonly changes: readonly MonthOfChange[]
  /** The last month with an invoice. */
  readonly invoiced?: string
  readonly bytesUsed: number
  /** Bytes that are reserved for open uploads, by upload id. */
  readonly reserved: Readonly<Record<string, number>>
}

interface MonthOfChange {
  readonly month: string
  /** The most expensive plan that the person chose in this month. */
  readonly dearest: Plan
  /** The plan at the end of this month. */
  readonly last: Plan
}

/** `month` is the month in which the person made the decision. */
export type SubscriptionCommand = { readonly actorId: string } & (
  | { readonly type: 'change-plan'; readonly plan: Plan; readonly month: string }
  | { readonly type: 'cancel-subscription'; readonly month: string }
  /** Issues an invoice for every month up to `until` that has none. All these months are past. */
  | { readonly type: 'issue-invoices'; readonly until: string }
  | { readonly type: 'reserve-quota'; readonly uploadId: string; readonly bytes: number }
  /** Turns the reservation of an upload into used storage: `bytes`, but no more than were reserved. */
  | { readonly type: 'use-quota'; readonly uploadId: string; readonly bytes: number }
  | { readonly type: 'release-quota'; readonly uploadId: string }
)

/**
 * The actor of commands that no person sends. The functions that issue invoices and end the plans of deleted accounts
 * use it.
 */
export const billing = 'billing'

/** Maximum number of open uploads of a person. The number is limited because the state contains all of them. */
export const maxReserved = 1000

function evolve(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  switch (event.type) {
    case 'PlanChanged':
      return changed(state, event.data.plan, event.data.month)
    case 'SubscriptionCancelled': {
      const { month } = event.data
      const isSettled = state.invoiced !== undefined && month <= state.invoiced
      return isSettled ? { ...state, plan: 'free', before: 'free' } : changed(state, 'free', month)
    }
    case 'InvoiceIssued':
      return settled(state, event.data.period)
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

function changed(state: SubscriptionState, plan: Plan, month: string): SubscriptionState {
  const earlier = state.changes.filter((change) => change.month !== month)
  const same = state.changes.find((change) => change.month === month)
  const dearest = same === undefined ? plan : dearer(same.dearest, plan)
  return { ...state, plan, changes: [...earlier, { month, dearest, last: plan }] }
}

function settled(state: SubscriptionState, period: string): SubscriptionState {
  const before = state.changes.findLast(({ month }) => month <= period)?.last ?? state.before
  const changes = state.changes.filter(({ month }) => month > period)
  return { ...state, before, changes, invoiced: period }
}

function without(reserved: SubscriptionState['reserved'], uploadId: string): SubscriptionState['reserved'] {
  const { [uploadId]: _, ...others } = reserved
  return others
}

function decide(command: SubscriptionCommand, state: SubscriptionState): readonly SubscriptionEvent[] {
  switch (command.type) {
    case 'change-plan': {
      const { plan } = command
      if (plan === 'free') return cancel(state, command.month)
      if (plan === state.plan) return []
      const earliest = state.changes.at(-1)?.month ?? (state.invoiced && nextMonth(state.invoiced))
      return [{ type: 'PlanChanged', data: { plan, month: notBefore(earliest, command.month) } }]
    }
    case 'cancel-subscription':
      return cancel(state, command.month)
    case 'issue-invoices':
      return invoicesOf(state, command.until)
    case 'reserve-quota':
      return reserve(state, command)
    case 'use-quota': {
      const { uploadId } = command
      const kept = state.reserved[uploadId]
      if (kept === undefined) return []
      return [{ type: 'QuotaUsed', data: { uploadId, bytes: Math.min(command.bytes, kept) } }]
    }
    case 'release-quota': {
      const { uploadId } = command
      return state.reserved[uploadId] === undefined ? [] : [{ type: 'QuotaReleased', data: { uploadId } }]
    }
  }
}

/** The command can arrive after its month was invoiced. The invoiced month is then the last month of the plan. */
function cancel(state: SubscriptionState, month: string): readonly SubscriptionEvent[] {
  if (state.plan === 'free') return []
  const earliest = state.changes.at(-1)?.month ?? state.invoiced
  return [{ type: 'SubscriptionCancelled', data: { month: notBefore(earliest, month) } }]
}

/**
 * The month in which a change takes effect. It is never earlier than a month that is already settled or changed, even
 * if the clock is.
 */
function notBefore(earliest: string | undefined, month: string): string {
  return earliest !== undefined && earliest > month ? earliest : month
}

/** A month is billed in full, at the price of the most expensive plan that was held in it. */
function invoicesOf(state: SubscriptionState, until: string): readonly SubscriptionEvent[] {
  const first = state.invoiced === undefined ? state.changes[0]?.month : nextMonth(state.invoiced)
  if (first === undefined) return []
  const invoices: SubscriptionEvent[] = []
  let held = state.before
  for (let period = first; period <= until; period = nextMonth(period)) {
    const change = state.changes.find(({ month }) => month === period)
    const plan = change === undefined ? held : dearer(held, change.dearest)
    held = change?.last ?? held
    const { amount } = terms[plan]
    if (amount > 0) invoices.push({ type: 'InvoiceIssued', data: { period, plan, amount, currency } })
  }
  return invoices
}

/** Reserves quota for an upload. An existing reservation for the upload stays unchanged. */
function reserve(
  state: SubscriptionState,
  { uploadId, bytes }: Extract<SubscriptionCommand, { type: 'reserve-quota' }>,
): readonly SubscriptionEvent[] {
  if (state.reserved[uploadId] !== undefined) return []
  if (bytes > bytesLeft(state)) throw quotaExceeded()
  if (Object.keys(state.reserved).length >= maxReserved)
    throw refusal(
      'too-many-uploads',
      `At most ${maxReserved} uploads may be open at the same time. Wait until some of them end.`,
    )
  return [{ type: 'QuotaReserved', data: { uploadId, bytes } }]
}

/** Bytes that are reserved for open uploads. */
export function bytesReserved({ reserved }: Pick<SubscriptionState, 'reserved'>): number {
  return Object.values(reserved).reduce((sum, bytes) => sum + bytes, 0)
}

/** Bytes that are left for further uploads; negative after a change to a smaller plan. */
export function bytesLeft(state: SubscriptionState): number {
  return terms[state.plan].bytesAllowed - state.bytesUsed - bytesReserved(state)
}

export function quotaExceeded(): Error {
  return refusal(
    'quota-exceeded',
    "The project's owner does not have enough storage left. They can choose a larger plan.",
  )
}

export const subscription: PublishedAggregate<SubscriptionState, SubscriptionCommand, SubscriptionEvent> = {
  name: 'subscription',
  events: subscriptionEvents,
  publication: subscriptionPublication,
  fold: folds.subscription,
  initial: { plan: 'free', before: 'free', changes: [], bytesUsed: 0, reserved: {} },
  evolve,
  decide,
  // These commands are always sent to the actor's own stream, so every actor may know it.
  knownTo: () => true,
}
