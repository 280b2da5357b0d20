import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { eachInParallel } from '../../commands/aws/parallel.ts'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { whileTimeLasts } from '../../commands/aws/time-left.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { monthAt, monthBefore } from '../../domain/subscription/months.ts'
import { billing, subscription } from '../../domain/subscription/subscription.ts'
import type { Subscribers } from '../../projections/subscription/subscribers.ts'
import type { Due } from '../../projections/subscription/v1/queries.ts'

/** Maximum number of subscriptions that are invoiced at once. */
const concurrency = 10
/** Maximum time for one command, in milliseconds. */
const commandMs = 10_000
/** No further subscription starts when the function has less than this time left, in milliseconds. */
const reserveMs = 15_000

export interface InvoicingPorts {
  readonly store: EventStore
  readonly subscribers: Subscribers
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that issues the invoices of all past months. The scheduler runs it every day. It may run at
 * any time, twice at once, and again after an interrupted run. A subscription leaves the list of due subscriptions when
 * the read model has its invoices. Its stream decides which invoices to issue, and invoices each month only once.
 *
 * The list may lag behind. A subscription that is still listed has nothing left to issue. One that is not listed yet is
 * picked up the next day, with every missing month.
 *
 * A subscription that fails is logged and does not stop the others. At the end, the function fails if any subscription
 * failed, or if there was not enough time for all of them. Lambda then runs it again, and it continues with the
 * remaining ones.
 */
export function invoicingHandler({ store, subscribers, clock, logger }: InvoicingPorts) {
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const until = monthBefore(monthAt(clock.now()))
    const correlationId = context.awsRequestId
    const counts = { subscriptions: 0, invoices: 0, failed: 0 }

    const issue = async ({ stream, month }: Due): Promise<void> => {
      counts.subscriptions += 1
      try {
        const { events } = await execute(
          subscription,
          {
            stream,
            command: { type: 'issue-invoices', actorId: billing, until },
            // The month is part of the command id. If the subscription is due for another month, it gets another
            // command, which may issue more.
            commandId: commandIdOf(billing, 'issue-invoices', `${stream} ${month} ${until}`),
            digest: digestOf({ until }),
            correlationId,
            causationId: correlationId,
          },
          { store, clock, deadline: deadlineIn(commandMs, clock) },
        )
        counts.invoices += events.length
      } catch (error) {
        counts.failed += 1
        logger.error('invoices not issued', { stream, month, until, correlationId, error: asError(error) })
      }
    }

    const due = whileTimeLasts(subscribers.due(until), context, { reserveMs }, () => {
      throw new Error('There was not enough time for all invoices. The next run continues.')
    })
    try {
      await eachInParallel(due, concurrency, issue)
    } finally {
      logger.info('invoices issued', { ...counts, until, correlationId })
    }
    if (counts.failed > 0)
      throw new Error(`${counts.failed} of ${counts.subscriptions} subscriptions failed. The log names them.`)
  }
}
