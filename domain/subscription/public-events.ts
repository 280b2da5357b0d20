import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { subscriptionEvents } from './events.ts'
import { month } from './months.ts'
import { plan } from './plans.ts'

const userId = z.string().check(z.describe('Id of the person'))

/** The public events of a subscription: the plan and the invoices. */
export const subscriptionPublication = publication(
  subscriptionEvents,
  {
    PlanChanged: {
      schema: 1,
      description: 'A person changed to another paid plan.',
      data: z.object({ userId, plan }),
      from: ({ id, data }) => ({ userId: id, plan: data.plan }),
      example: { userId: '5f0c3f5e', plan: 'pro' },
    },
    SubscriptionCancelled: {
      schema: 1,
      description: 'A person returned to the free plan.',
      data: z.object({ userId }),
      from: ({ id }) => ({ userId: id }),
      example: { userId: '5f0c3f5e' },
    },
    InvoiceIssued: {
      schema: 1,
      description: 'An invoice for one month of a plan was issued.',
      data: z.object({
        userId,
        period: month,
        plan,
        amount: z.int().check(z.describe('In minor units of the currency')),
        currency: z.string().check(z.describe('ISO 4217')),
      }),
      from: ({ id, data: { period, plan, amount, currency } }) => ({
        userId: id,
        period,
        plan,
        amount,
        currency,
      }),
      example: { userId: '5f0c3f5e', period: '2026-01', plan: 'pro', amount: 900, currency: 'USD' },
    },
    QuotaReserved: { private: 'Bookkeeping for an upload. The upload has public events of its own.' },
    QuotaUsed: { private: 'Bookkeeping for an upload. The upload has public events of its own.' },
    QuotaReleased: { private: 'Bookkeeping for an upload. The upload has public events of its own.' },
  },
  { exampleId: '5f0c3f5e' },
)
