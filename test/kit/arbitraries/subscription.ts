import fc from 'fast-check'
import type { SubscriptionEvent } from '../../../domain/subscription/events.ts'
import type { Plan } from '../../../domain/subscription/plans.ts'
import type { SubscriptionCommand } from '../../../domain/subscription/subscription.ts'

const actorId = fc.constant('ann')
const plan = fc.constantFrom<Plan>('free', 'pro', 'business')
const month = fc.constantFrom('2025-12', '2026-01', '2026-02', '2026-04')
const uploadId = fc.constantFrom('upload-1', 'upload-2')
const mb = 1024 * 1024
const bytes = fc.constantFrom(100 * mb, 300 * mb)

/** Commands on the stream of one person. */
export const command: fc.Arbitrary<SubscriptionCommand> = fc.oneof(
  fc.record({ type: fc.constant('change-plan' as const), actorId, plan, month }),
  fc.record({ type: fc.constant('cancel-subscription' as const), actorId, month }),
  fc.record({ type: fc.constant('issue-invoices' as const), actorId, until: month }),
  fc.record({
    type: fc.constantFrom('reserve-quota' as const, 'use-quota' as const),
    actorId,
    uploadId,
    bytes,
  }),
  fc.record({ type: fc.constant('release-quota' as const), actorId, uploadId }),
)

/** Any event, whether or not the decider would emit it in that state. */
export const event: fc.Arbitrary<SubscriptionEvent> = fc.oneof(
  fc.record({ type: fc.constant('PlanChanged' as const), data: fc.record({ plan, month }) }),
  fc.record({ type: fc.constant('SubscriptionCancelled' as const), data: fc.record({ month }) }),
  fc.record({
    type: fc.constant('InvoiceIssued' as const),
    data: fc.record({
      period: month,
      plan,
      amount: fc.constantFrom(900, 4900),
      currency: fc.constant('USD'),
    }),
  }),
  fc.record({
    type: fc.constantFrom('QuotaReserved' as const, 'QuotaUsed' as const),
    data: fc.record({ uploadId, bytes }),
  }),
  fc.record({ type: fc.constant('QuotaReleased' as const), data: fc.record({ uploadId }) }),
)

/** Everyone has a subscription before its first event. */
export const innate = true
