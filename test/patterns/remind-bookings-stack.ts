import type { Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from '../../infra/stack/parts/failure-queue.ts'
import { addFunction, allow } from '../../infra/stack/parts/lambda-function.ts'
import { addSchedule } from '../../infra/stack/parts/schedule.ts'

export interface RemindBookingsOptions {
  readonly bundles: string
  readonly eventStore: TableV2
  readonly readModel: TableV2
}

// #region stack
/** Finds the reminders that are due, every five minutes. */
export function addRemindBookings(
  stack: Stack,
  { bundles, eventStore, readModel }: RemindBookingsOptions,
): void {
  const failures = addFailureQueue(stack, 'RemindBookingsFailures')
  alarmOnFailures(
    failures,
    'Bookings were not reminded in three tries. The log of RemindBookings says which.',
  )
  const scheduled = addFunction(stack, 'RemindBookings', {
    name: 'remind-bookings',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 240,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName },
  })
  allow(scheduled, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the reminders.
  allow(scheduled, readModel.tableArn, ['BatchGetItem', 'Query'])
  retryThenKeep(scheduled, failures)
  addSchedule(stack, 'RemindBookingsSchedule', {
    function: scheduled,
    expression: 'cron(0/5 * * * ? *)',
    failures,
    description: 'Remind bookings',
  })
}
// #endregion stack
