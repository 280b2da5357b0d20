import { asynchronous, failureQueues, type NagAcknowledgement, reaction } from '../nag-reason.ts'

export const subscriptionAcknowledgements: readonly NagAcknowledgement[] = [
  ...reaction('EndSubscription'),
  ...asynchronous('IssueInvoices'),
  ...failureQueues('IssueInvoicesFailures'),
]
