import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Occurrence } from '../../../domain/kernel/event.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import type { SubscriptionEvent } from '../../../domain/subscription/events.ts'
import { nextMonth } from '../../../domain/subscription/months.ts'
import { type Plan, terms } from '../../../domain/subscription/plans.ts'
import { type SubscriptionCommand, subscription } from '../../../domain/subscription/subscription.ts'
import { subscriptionsV1 } from '../../../projections/subscription/v1/projection.ts'
import { command } from '../../kit/arbitraries/subscription.ts'

/** The events of a series of commands. A refused command adds none. */
function historyOf(commands: readonly SubscriptionCommand[]): SubscriptionEvent[] {
  const history: SubscriptionEvent[] = []
  for (const command of commands) {
    try {
      history.push(...subscription.decide(command, history.reduce(subscription.evolve, subscription.initial)))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }
  return history
}

interface Held {
  readonly month: string
  readonly plan: Plan
}

/**
 * The plans held in each month, up to a given one: those that a change names, and those continued from the
 * month before.
 */
function heldIn(history: readonly SubscriptionEvent[], until: string): Held[] {
  const changes = history.flatMap(({ type, data }): Held[] => {
    if (type === 'PlanChanged') return [{ month: data.month, plan: data.plan }]
    return type === 'SubscriptionCancelled' ? [{ month: data.month, plan: 'free' }] : []
  })
  const held: Held[] = []
  let plan: Plan = 'free'
  for (let month = changes[0]?.month ?? nextMonth(until); month <= until; month = nextMonth(month)) {
    held.push({ month, plan })
    for (const change of changes.filter((one) => one.month === month)) {
      plan = change.plan
      held.push({ month, plan })
    }
  }
  return held
}

/** The amount to be paid for each month. */
function owed(held: readonly Held[]): [month: string, amount: number][] {
  const months = new Map<string, number>()
  for (const { month, plan } of held) months.set(month, Math.max(months.get(month) ?? 0, terms[plan].amount))
  return [...months].filter(([, amount]) => amount > 0)
}

const end = '2026-06'
const lastly: SubscriptionCommand = { type: 'issue-invoices', actorId: 'billing', until: end }

describe('invoices', () => {
  it('are issued once for each paid month, for the most expensive plan, whatever the order and repeats', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const history = historyOf([...commands, lastly, lastly])
        const issued = history.flatMap(({ type, data }) =>
          type === 'InvoiceIssued' ? [[data.period, data.amount]] : [],
        )
        expect(issued).toEqual(owed(heldIn(history, end)))
      }),
    )
  })

  it('of a month prevent later choices of a plan in that month, and changes before it', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        let change = ''
        let period = ''
        for (const { type, data } of historyOf(commands)) {
          if (type === 'InvoiceIssued') period = data.period
          if (type === 'PlanChanged') expect(data.month > period).toBe(true)
          if (type === 'PlanChanged' || type === 'SubscriptionCancelled') {
            expect(data.month >= change && data.month >= period).toBe(true)
            change = data.month
          }
        }
      }),
    )
  })
})

describe('the list of subscribers', () => {
  const occurrence: Omit<Occurrence, 'version'> = {
    stream: 'subscription-ann',
    at: '2026-01-01T00:00:00.000Z',
    actorId: 'ann',
    correlationId: 'correlation',
    causationId: 'causation',
  }
  /** The read model's rows for a history. */
  const projected = (history: readonly SubscriptionEvent[]) =>
    history.reduce(
      (state, event, index) => subscriptionsV1.evolve(state, { ...event, ...occurrence, version: index + 1 }),
      subscriptionsV1.initial,
    )

  it('has everyone with something to invoice, under the right month or an earlier one, and nobody else', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const history = historyOf(commands)
        const { due } = projected(history)
        const state = history.reduce(subscription.evolve, subscription.initial)
        const [first] = subscription.decide(lastly, state)
        if (first?.type === 'InvoiceIssued') {
          expect(due).toBeDefined()
          expect(due?.localeCompare(first.data.period)).toBeLessThanOrEqual(0)
        }
        expect(due === undefined).toBe(state.plan === 'free' && state.changes.length === 0)
      }),
    )
  })
})

describe('the quota', () => {
  /** Bytes that are used and reserved, computed from the events alone. */
  const bytesOf = (history: readonly SubscriptionEvent[]) => {
    const kept = new Map<string, number>()
    let used = 0
    for (const { type, data } of history) {
      if (type === 'QuotaReserved') kept.set(data.uploadId, data.bytes)
      if (type === 'QuotaUsed') used += data.bytes
      if (type === 'QuotaUsed' || type === 'QuotaReleased') expect(kept.delete(data.uploadId)).toBe(true)
    }
    return used + [...kept.values()].reduce((sum, bytes) => sum + bytes, 0)
  }
  const planAfter = (history: readonly SubscriptionEvent[]) =>
    history.reduce(subscription.evolve, subscription.initial).plan

  it('never reserves more than the plan allows at that moment, and uses or releases only reserved bytes', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const history = historyOf(commands)
        for (const [index, { type }] of history.entries()) {
          const before = history.slice(0, index)
          const after = history.slice(0, index + 1)
          if (type === 'QuotaReserved')
            expect(bytesOf(after)).toBeLessThanOrEqual(terms[planAfter(before)].bytesAllowed)
          else expect(bytesOf(after)).toBeLessThanOrEqual(bytesOf(before))
        }
      }),
    )
  })
})
