import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { monthAt, monthBefore } from '../../domain/subscription/months.ts'
import { billing, subscription } from '../../domain/subscription/subscription.ts'
import type { Subscribers } from '../../projections/subscription/subscribers.ts'
import type { Due } from '../../projections/subscription/v1/queries.ts'

/** So many subscriptions are invoiced side by side. */
const concurrency = 10
/** A command gives up after so many milliseconds. */
const commandMs = 10_000
/** No further one is begun within so many of the end of the function's time. */
const reserveMs = 15_000

export interface InvoicingPorts {
  readonly store: EventStore
  readonly subscribers: Subscribers
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that issues the invoices of all months that are over. It is run every day and may be run at
 * any time, twice at once and again after it was cut off: a subscription leaves the list of those that are due when
 * the read model has its invoices, and the decision to issue them is made on its stream, which has each month once.
 *
 * So it does no harm that the list lags behind: who is still on it has nothing to be issued, and who is not on it yet is
 * found the next day, with every month that is missing.
 *
 * A subscription that fails is logged and holds up no other. In the end the function fails where any did, or where its
 * time was not enough for all of them; Lambda then runs it again, and it goes on with those that are left.
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
            // One that was due for another month is another command: it may find what that did not.
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
        const cause = error instanceof Error ? error : new Error(String(error))
        logger.error('invoices not issued', { stream, month, until, correlationId, error: cause })
      }
    }

    const due = subscribers.due(until)[Symbol.asyncIterator]()
    const worker = async (): Promise<void> => {
      while (context.getRemainingTimeInMillis() > reserveMs) {
        const next = await due.next()
        if (next.done) return
        await issue(next.value)
      }
      throw new Error('The time was not enough for all invoices. The next run goes on.')
    }
    const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker))
    logger.info('invoices issued', { ...counts, until, correlationId })
    for (const end of ended) if (end.status === 'rejected') throw end.reason
    if (counts.failed > 0)
      throw new Error(`${counts.failed} of ${counts.subscriptions} subscriptions failed. The log says which.`)
  }
}
