import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { month } from './months.ts'
import { plan } from './plans.ts'

const bytes = z.int().check(z.nonnegative())

/**
 * Stored permanently. To change a shape, raise `schema` and add the upcaster from the previous number to the same
 * entry: `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  /** The plan is valid from `month` on. */
  PlanChanged: { schema: 1, data: z.strictObject({ plan, month }) },
  /** The person returns to the free plan. `month` is the last month that the old plan is billed for. */
  SubscriptionCancelled: { schema: 1, data: z.strictObject({ month }) },
  /** The invoice is for the most expensive plan that was held in the month. */
  InvoiceIssued: {
    schema: 1,
    data: z.strictObject({
      period: month,
      plan,
      amount: z.int().check(z.positive()),
      currency: z.string(),
    }),
  },
  QuotaReserved: { schema: 1, data: z.strictObject({ uploadId: z.string(), bytes }) },
  /** An upload uses `bytes` of its reserved quota. */
  QuotaUsed: { schema: 1, data: z.strictObject({ uploadId: z.string(), bytes }) },
  QuotaReleased: { schema: 1, data: z.strictObject({ uploadId: z.string() }) },
} as const satisfies EventDefinitions

export type SubscriptionEvent = EventOf<typeof definitions>

export const subscriptionEvents = codec(definitions)
