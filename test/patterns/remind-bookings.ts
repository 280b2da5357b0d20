import type { Logger } from '@aws-lambda-powertools/logger'
import { asError } from '../../commands/aws/errors.ts'
import { eachInParallel } from '../../commands/aws/parallel.ts'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { type TimeLeft, whileTimeLasts } from '../../commands/aws/time-left.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { booking, reminders } from './booking.ts'
import type { DueReminders } from './due-reminders.ts'

// #region handler
/** Maximum number of bookings at once. */
const concurrency = 10
/** How long a command is tried, in milliseconds. */
const commandMs = 10_000
/** No further booking starts when the function has less than this time left, in milliseconds. */
const reserveMs = 15_000

export interface RemindBookingsPorts {
  readonly store: EventStore
  readonly dueReminders: DueReminders
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that finds the reminders that are due. The scheduler runs it every five minutes. It may run
 * twice at once, and again after it was cut off: the stream of each booking decides. A booking that fails holds up no
 * other and stays in the list, so that the next run tries again.
 */
export function remindBookingsHandler({ store, dueReminders, clock, logger }: RemindBookingsPorts) {
  return async (_event: unknown, context: TimeLeft & { readonly awsRequestId: string }): Promise<void> => {
    const now = clock.now()
    const correlationId = context.awsRequestId
    const counts = { due: 0, failed: 0 }
    const remind = async ({ stream, remindAt }: { readonly stream: string; readonly remindAt: string }) => {
      counts.due += 1
      try {
        await execute(
          booking,
          {
            stream: parseStreamName(stream).stream,
            command: { type: 'remind-booking', actorId: reminders, now },
            // A booking that is moved has another reminder, and so another command.
            commandId: commandIdOf(reminders, 'remind-booking', `${stream} ${remindAt}`),
            digest: digestOf({ remindAt }),
            correlationId,
            causationId: correlationId,
          },
          { store, clock, deadline: deadlineIn(commandMs, clock) },
        )
      } catch (error) {
        counts.failed += 1
        logger.error('booking not reminded', { stream, correlationId, error: asError(error) })
      }
    }
    // If this run has too little time for some reminders, the next run finds them.
    const due = dueReminders.before(new Date(now).toISOString())
    await eachInParallel(
      whileTimeLasts(due, context, { reserveMs }, () => {}),
      concurrency,
      remind,
    )
    logger.info('bookings reminded', { ...counts, correlationId })
    if (counts.failed > 0) throw new Error(`${counts.failed} bookings failed. The log says which.`)
  }
}
// #endregion handler
