import type { ReactionRow } from '../reactions/reaction-row.ts'

export const invoiceEmail: ReactionRow = {
  name: 'invoice-email',
  eventTypes: ['InvoiceIssued'],
  schema: 1,
  sendsMail: true,
  calls: [],
}

export const endSubscription: ReactionRow = {
  name: 'end-subscription',
  eventTypes: ['UserDeleted'],
  schema: 1,
  sendsMail: false,
  calls: [{ resource: 'event-store', actions: ['dynamodb:PutItem'] }],
}

export const subscriptionReactions = [invoiceEmail, endSubscription]
