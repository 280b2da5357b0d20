import type { Stack } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Stage } from '../stages/read-stage.ts'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './parts/failure-queue.ts'
import { addFunction, allow } from './parts/lambda-function.ts'
import { addSchedule } from './parts/schedule.ts'
import type { ReadSide } from './read-side.ts'
import type { WriteSide } from './write-side.ts'

export interface BillingData {
  /** Runs of the invoicing that failed in every try. */
  readonly failures: Queue
}

export interface BillingOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
  readonly data: BillingData
}

export function addBillingData(data: Stack): BillingData {
  return { failures: addFailureQueue(data, 'IssueInvoicesFailures') }
}

/** The invoicing: a function that issues the invoices of months that are over, every day. */
export function addBilling(
  stack: Stack,
  { bundles, stage, writeSide: { eventStore }, readSide: { readModel }, data: { failures } }: BillingOptions,
): void {
  alarmOnFailures(
    stack,
    failures,
    'Invoices were not issued in three tries. The log of IssueInvoices says whose; the next day tries again.',
  )
  const issueInvoices = addFunction(stack, 'IssueInvoices', {
    name: 'issue-invoices',
    bundles,
    stage,
    memoryMb: 512,
    // The maximum that Lambda allows: the first run of a month invoices everyone who pays.
    timeoutSeconds: 900,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName },
  })
  allow(issueInvoices, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the subscribers.
  allow(issueInvoices, readModel.tableArn, ['BatchGetItem', 'Query'])
  retryThenKeep(issueInvoices, failures)
  addSchedule(stack, 'IssueInvoicesDaily', {
    function: issueInvoices,
    // By then every command that was decided on in the month before has ended.
    expression: 'cron(30 0 * * ? *)',
    failures,
    description: 'Issues the invoices of the months that are over',
  })
}
