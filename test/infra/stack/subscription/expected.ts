import type { ExpectedReaction } from '../expected.ts'

export const subscriptionReactions: readonly ExpectedReaction[] = [
  ['InvoiceEmail', ['InvoiceIssued']],
  ['EndSubscription', ['UserDeleted']],
]
