import { asynchronous, failureQueues, type NagAcknowledgement } from '../nag-reason.ts'

export const subscriptionAcknowledgements: readonly NagAcknowledgement[] = [
  ...asynchronous('EndSubscription', 'InvoiceEmail', 'IssueInvoices'),
  ...failureQueues('EndSubscriptionFailures', 'InvoiceEmailFailures', 'IssueInvoicesFailures'),
]
