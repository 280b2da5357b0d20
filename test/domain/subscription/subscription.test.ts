import { describe, expect, it } from 'vitest'
import type { SubscriptionEvent } from '../../../domain/subscription/events.ts'
import { monthAt, monthBefore, nextMonth, startOf } from '../../../domain/subscription/months.ts'
import type { Plan } from '../../../domain/subscription/plans.ts'
import {
  maxReserved,
  type SubscriptionCommand,
  subscription,
} from '../../../domain/subscription/subscription.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(subscription)
const ann = { actorId: 'ann' }
const mb = 1024 * 1024

const changed = (plan: Plan, month: string): SubscriptionEvent => ({
  type: 'PlanChanged',
  data: { plan, month },
})
const cancelled = (month: string): SubscriptionEvent => ({ type: 'SubscriptionCancelled', data: { month } })
const invoice = (period: string, plan: 'pro' | 'business' = 'pro'): SubscriptionEvent => ({
  type: 'InvoiceIssued',
  data: { period, plan, amount: { pro: 900, business: 4900 }[plan], currency: 'USD' },
})
const reserved = (uploadId: string, bytes: number): SubscriptionEvent => ({
  type: 'QuotaReserved',
  data: { uploadId, bytes },
})
const used = (uploadId: string, bytes: number): SubscriptionEvent => ({
  type: 'QuotaUsed',
  data: { uploadId, bytes },
})
const released = (uploadId: string): SubscriptionEvent => ({ type: 'QuotaReleased', data: { uploadId } })

const change = (plan: Plan, month: string): SubscriptionCommand => ({
  type: 'change-plan',
  ...ann,
  plan,
  month,
})
const cancel = (month: string): SubscriptionCommand => ({ type: 'cancel-subscription', ...ann, month })
const issue = (until: string): SubscriptionCommand => ({ type: 'issue-invoices', ...ann, until })
const reserve = (uploadId: string, bytes: number): SubscriptionCommand => ({
  type: 'reserve-quota',
  ...ann,
  uploadId,
  bytes,
})
const use = (uploadId: string, bytes: number): SubscriptionCommand => ({
  type: 'use-quota',
  ...ann,
  uploadId,
  bytes,
})
const release = (uploadId: string): SubscriptionCommand => ({ type: 'release-quota', ...ann, uploadId })

describe('a person who has chosen no plan', () => {
  it('changes to a plan that costs money', () => {
    given().when(change('pro', '2026-01')).then(changed('pro', '2026-01'))
  })

  it.each([
    change('free', '2026-01'),
    cancel('2026-01'),
    issue('2026-12'),
  ])('has nothing to $type', (command) => {
    given().when(command).thenNothing()
  })
})

describe('a person who pays for a plan', () => {
  const paying = changed('pro', '2026-01')

  it('changes to another', () => {
    given(paying).when(change('business', '2026-02')).then(changed('business', '2026-02'))
  })

  it('keeps the same plan without an event', () => {
    given(paying).when(change('pro', '2026-02')).thenNothing()
  })

  it.each([cancel('2026-02'), change('free', '2026-02')])('returns to the free plan: $type', (command) => {
    given(paying).when(command).then(cancelled('2026-02'))
  })

  it('returns only once without a second event', () => {
    given(paying, cancelled('2026-02')).when(cancel('2026-02')).thenNothing()
  })

  it('changes in the month of the previous change if the clock has jumped back', () => {
    given(changed('pro', '2026-03')).when(change('business', '2026-02')).then(changed('business', '2026-03'))
    given(changed('pro', '2026-03')).when(cancel('2026-02')).then(cancelled('2026-03'))
  })

  it('never changes in a month that is already invoiced', () => {
    given(paying, invoice('2026-01')).when(change('business', '2026-01')).then(changed('business', '2026-02'))
  })
})

describe('a late cancellation', () => {
  const late = [changed('pro', '2026-01'), invoice('2026-01')]

  it('makes the month that is already invoiced the last one', () => {
    given(...late)
      .when(cancel('2026-01'))
      .then(cancelled('2026-01'))
    given(...late)
      .when(cancel('2025-12'))
      .then(cancelled('2026-01'))
    given(...late, cancelled('2026-01'))
      .when(issue('2026-05'))
      .thenNothing()
  })

  it('leaves that month settled for the next plan', () => {
    given(...late, cancelled('2026-01'))
      .when(change('pro', '2026-01'))
      .then(changed('pro', '2026-02'))
    given(...late, cancelled('2026-01'), changed('pro', '2026-04'))
      .when(issue('2026-04'))
      .then(invoice('2026-04'))
  })
})

describe('an invoice', () => {
  it('is issued for every month that is missing', () => {
    given(changed('pro', '2025-11'))
      .when(issue('2026-01'))
      .then(invoice('2025-11'), invoice('2025-12'), invoice('2026-01'))
  })

  it('is not issued twice', () => {
    given(changed('pro', '2026-01'), invoice('2026-01')).when(issue('2026-01')).thenNothing()
    given(changed('pro', '2026-01'), invoice('2026-01')).when(issue('2026-02')).then(invoice('2026-02'))
  })

  it('is not issued for a month before the plan began', () => {
    given(changed('pro', '2026-02')).when(issue('2026-01')).thenNothing()
  })

  it('is for the whole month in which a plan was chosen, changed or cancelled, at the highest price', () => {
    given(changed('business', '2026-01'), changed('pro', '2026-01'), cancelled('2026-01'))
      .when(issue('2026-02'))
      .then(invoice('2026-01', 'business'))
    given(changed('pro', '2026-01'), changed('business', '2026-02'), cancelled('2026-02'))
      .when(issue('2026-03'))
      .then(invoice('2026-01'), invoice('2026-02', 'business'))
  })

  it('is for the more expensive plan if the month began with that', () => {
    given(changed('business', '2026-01'), invoice('2026-01', 'business'), changed('pro', '2026-02'))
      .when(issue('2026-03'))
      .then(invoice('2026-02', 'business'), invoice('2026-03'))
  })

  it('is issued for the last month of a cancelled plan, and for no later one', () => {
    given(changed('pro', '2026-01'), invoice('2026-01'), cancelled('2026-03'))
      .when(issue('2026-05'))
      .then(invoice('2026-02'), invoice('2026-03'))
  })

  it('leaves out the months between two plans', () => {
    given(changed('pro', '2026-01'), cancelled('2026-01'), changed('pro', '2026-04'))
      .when(issue('2026-04'))
      .then(invoice('2026-01'), invoice('2026-04'))
  })
})

describe('the quota of a person', () => {
  it('is reserved for an upload, and then used or released', () => {
    given()
      .when(reserve('a', 300 * mb))
      .then(reserved('a', 300 * mb))
    given(reserved('a', 300)).when(use('a', 200)).then(used('a', 200))
    given(reserved('a', 300)).when(release('a')).then(released('a'))
  })

  it('is used only up to the reserved bytes', () => {
    given(reserved('a', 300)).when(use('a', 400)).then(used('a', 300))
  })

  it.each([
    use('b', 300),
    release('b'),
  ])('is not changed by $type of an upload without a reservation', (command) => {
    given(reserved('a', 300)).when(command).thenNothing()
    given(reserved('b', 300), used('b', 300)).when(command).thenNothing()
    given(reserved('b', 300), released('b')).when(command).thenNothing()
  })

  it('is reserved once for each upload', () => {
    given(reserved('a', 300)).when(reserve('a', 400)).thenNothing()
  })

  it('limits reserved and used bytes together to what the plan allows', () => {
    const history = [reserved('a', 200 * mb), used('a', 200 * mb), reserved('b', 200 * mb)]
    given(...history)
      .when(reserve('c', 100 * mb))
      .then(reserved('c', 100 * mb))
    given(...history)
      .when(reserve('c', 100 * mb + 1))
      .thenRefused('quota-exceeded')
    given(...history, changed('pro', '2026-01'))
      .when(reserve('c', 1024 * mb))
      .then(reserved('c', 1024 * mb))
  })

  it('allows no reservation if the plan allows less than is used', () => {
    const history = [changed('pro', '2026-01'), reserved('a', 1024 * mb), used('a', 1024 * mb)]
    given(...history, cancelled('2026-01'))
      .when(reserve('b', 1))
      .thenRefused('quota-exceeded')
  })

  it('is reserved for a limited number of uploads at once', () => {
    const many = Array.from({ length: maxReserved }, (_, index) => reserved(`upload-${index}`, 1))
    given(...many)
      .when(reserve('one-more', 1))
      .thenRefused('too-many-uploads')
    given(...many, released('upload-0'))
      .when(reserve('one-more', 1))
      .then(reserved('one-more', 1))
  })
})

describe('a month', () => {
  it.each([
    ['2025-12', '2026-01'],
    ['2026-01', '2026-02'],
    ['2026-09', '2026-10'],
    ['2026-11', '2026-12'],
  ])('%s is before %s', (before, after) => {
    expect(nextMonth(before)).toBe(after)
    expect(monthBefore(after)).toBe(before)
    expect(before < after).toBe(true)
  })

  it.each([
    '2026-01-31T23:59:59.999Z',
    '2026-01-01T00:00:00.000Z',
  ])('is the UTC month of a moment: %s', (at) => {
    expect(monthAt(Date.parse(at))).toBe('2026-01')
    expect(startOf('2026-01')).toBe('2026-01-01T00:00:00.000Z')
  })
})
