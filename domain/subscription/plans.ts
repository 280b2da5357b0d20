import * as z from 'zod/mini'

export const plan = z.enum(['free', 'pro', 'business']).check(z.describe('Plan of a subscription'))

export type Plan = z.infer<typeof plan>

/** The allowance and the price of a plan. A person who has not chosen a plan is on `free`. */
export interface Terms {
  /** Bytes that all uploads to a person's projects may use together. */
  readonly bytesAllowed: number
  /** The price of a calendar month, in minor units of `currency`. */
  readonly amount: number
}

/** The currency of all amounts: ISO 4217. */
export const currency = 'USD'

const mb = 1024 * 1024
const gb = 1024 * mb

/**
 * From the cheapest to the most expensive plan. A changed price applies to the invoices that are issued after the
 * change.
 */
export const terms: Readonly<Record<Plan, Terms>> = {
  free: { bytesAllowed: 500 * mb, amount: 0 },
  pro: { bytesAllowed: 100 * gb, amount: 900 },
  business: { bytesAllowed: 1024 * gb, amount: 4900 },
}

/** The more expensive of two plans. */
export function dearer(one: Plan, other: Plan): Plan {
  return terms[other].amount > terms[one].amount ? other : one
}
