import {
  type ExpectedFunction,
  type ExpectedReaction,
  eventStore,
  mailFrom,
  reaction,
  sendMail,
} from '../expected.ts'

export const subscriptionReactions: readonly ExpectedReaction[] = [
  ['InvoiceEmail', ['InvoiceIssued']],
  ['EndSubscription', ['UserDeleted']],
]

export const subscriptionFunctions: readonly ExpectedFunction[] = [
  reaction('InvoiceEmail', 'invoice-email', mailFrom, sendMail),
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
