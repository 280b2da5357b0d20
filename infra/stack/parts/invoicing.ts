import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './failure-queue.ts'
import { addFunction, allow } from './lambda-function.ts'

export interface InvoicingOptions {
  readonly bundles: string
  readonly eventStore: TableV2
  readonly readModel: TableV2
}

/** The function that issues the invoices of months that are over, and the queue for runs that failed for good. */
export function addInvoicing(
  scope: Construct,
  { bundles, eventStore, readModel }: InvoicingOptions,
): { readonly issueInvoices: LambdaFunction; readonly failures: Queue } {
  const issueInvoices = addFunction(scope, 'IssueInvoices', {
    // As long as a function may run: a month's first run has everyone who pays.
    name: 'issue-invoices',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 900,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName },
  })
  allow(issueInvoices, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the subscribers.
  allow(issueInvoices, readModel.tableArn, ['BatchGetItem', 'Query'])
  const failures = addFailureQueue(scope, 'IssueInvoicesFailures')
  alarmOnFailures(
    failures,
    'Invoices were not issued in three tries. The log of IssueInvoices says whose; the next day tries again.',
  )
  retryThenKeep(issueInvoices, failures)
  return { issueInvoices, failures }
}
