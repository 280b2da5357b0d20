import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { month } from './months.ts'
import { plan } from './plans.ts'

const bytes = z.int().check(z.nonnegative())

/**
 * Stored permanently. A change of shape raises `schema` and adds the upcaster from the number before to the same entry, as
 * `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  /** `month` is the one in which the plan is held from then on. */
  PlanChanged: { schema: 1, data: z.strictObject({ plan, month }) },
  /** Back to the free plan; `month` is the last one that the old plan is billed for. */
  SubscriptionCancelled: { schema: 1, data: z.strictObject({ month }) },
  /** For the dearest plan that was held in the month. */
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
  /** An upload takes up its reserved quota: this many bytes of it. */
  QuotaUsed: { schema: 1, data: z.strictObject({ uploadId: z.string(), bytes }) },
  QuotaReleased: { schema: 1, data: z.strictObject({ uploadId: z.string() }) },
} as const satisfies EventDefinitions

export type SubscriptionEvent = EventOf<typeof definitions>

export const subscriptionEvents = codec(definitions)
