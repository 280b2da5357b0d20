import type { Stack } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from '../../infra/stack/parts/failure-queue.ts'
import { addFunction, allow } from '../../infra/stack/parts/lambda-function.ts'
import { addSchedule } from '../../infra/stack/parts/schedule.ts'
import type { ReadSide } from '../../infra/stack/read-side.ts'
import type { WriteSide } from '../../infra/stack/write-side.ts'
import type { Stage } from '../../infra/stages/read-stage.ts'

export interface RemindBookingsData {
  /** Runs that failed in every try. */
  readonly failures: Queue
}

export function addRemindBookingsData(data: Stack): RemindBookingsData {
  return { failures: addFailureQueue(data, 'RemindBookingsFailures') }
}

export interface RemindBookingsOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly writeSide: Pick<WriteSide, 'eventStore'>
  readonly readSide: Pick<ReadSide, 'readModel'>
  readonly data: RemindBookingsData
}

// #region stack
/** Finds the reminders that are due, every five minutes. */
export function addRemindBookings(
  stack: Stack,
  {
    bundles,
    stage,
    writeSide: { eventStore },
    readSide: { readModel },
    data: { failures },
  }: RemindBookingsOptions,
): void {
  alarmOnFailures(stack, failures, 'A run of RemindBookings failed in three tries. Its log says why.')
  const scheduled = addFunction(stack, 'RemindBookings', {
    name: 'remind-bookings',
    bundles,
    stage,
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
