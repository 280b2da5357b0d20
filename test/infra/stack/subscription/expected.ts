import { type ExpectedFunction, type ExpectedReaction, eventStore, mail, reaction } from '../expected.ts'

export const subscriptionReactions: readonly ExpectedReaction[] = [
  mail('InvoiceEmail', ['InvoiceIssued']),
  ['EndSubscription', ['UserDeleted'], 'EndSubscription'],
]

export const subscriptionFunctions: readonly ExpectedFunction[] = [
  reaction('EndSubscription', 'end-subscription', {}, { 'EventStore.Arn': 'dynamodb: PutItem Query' }),
  {
    name: 'IssueInvoices',
    bundle: 'issue-invoices',
    seconds: 900,
    environment: { [eventStore]: 'EventStore', READ_MODEL_TABLE: 'ReadModel' },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem Query',
      'IssueInvoicesFailures.Arn': 'sqs: SendMessage',
    },
  },
]
