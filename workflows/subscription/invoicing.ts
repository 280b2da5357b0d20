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
/** How long a command is tried, in milliseconds. */
const commandMs = 10_000
/** No further subscription is begun with less than this left of the function's time, in milliseconds. */
const reserveMs = 15_000

export interface InvoicingPorts {
  readonly store: EventStore
  readonly subscribers: Subscribers
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that issues the invoices of all months that are over. The scheduler runs it every day. It may
 * run at any time, twice at once, and again after it was cut off: a subscription leaves the list of due subscriptions
 * when the read model has its invoices, and its stream decides which to issue and has each month once.
 *
 * The list may lag behind: a subscription that is still listed has nothing left to issue; one that is not listed yet is
 * picked up the next day, with every month that is missing.
 *
 * A subscription that fails is logged and holds up no other. At the end the function fails if any subscription did, or
 * if its time was too short for all of them. Lambda then runs it again, and it continues with those that are left.
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
            // Due for another month, a subscription gets another command, which may find more to issue.
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
      throw new Error('The time was too short for all invoices. The next run continues.')
    })
    try {
      await eachInParallel(due, concurrency, issue)
    } finally {
      logger.info('invoices issued', { ...counts, until, correlationId })
    }
    if (counts.failed > 0)
      throw new Error(`${counts.failed} of ${counts.subscriptions} subscriptions failed. The log says which.`)
  }
}
