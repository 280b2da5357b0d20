import type { Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from '../../infra/stack/parts/failure-queue.ts'
import { addFunction, allow } from '../../infra/stack/parts/lambda-function.ts'
import { addSchedule } from '../../infra/stack/parts/schedule.ts'

export interface ReminderOptions {
  readonly bundles: string
  readonly eventStore: TableV2
  readonly readModel: TableV2
}

// #region stack
/** Finds the reminders that are due, every five minutes. */
export function addReminders(stack: Stack, { bundles, eventStore, readModel }: ReminderOptions): void {
  const failures = addFailureQueue(stack, 'RemindBookingsFailures')
  alarmOnFailures(
    failures,
    'Bookings were not reminded in three tries. The log of RemindBookings says which.',
  )
  const remindBookings = addFunction(stack, 'RemindBookings', {
    name: 'remind-bookings',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 240,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, READ_MODEL_TABLE: readModel.tableName },
  })
  allow(remindBookings, eventStore.tableArn, ['Query', 'PutItem'])
  // The list of generations, and the reminders.
  allow(remindBookings, readModel.tableArn, ['BatchGetItem', 'Query'])
  retryThenKeep(remindBookings, failures)
  addSchedule(stack, 'RemindBookingsOften', {
    function: remindBookings,
    expression: 'cron(0/5 * * * ? *)',
    failures,
    description: 'Finds the bookings that begin within a day',
  })
}
// #endregion stack
