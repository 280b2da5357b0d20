import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence'
import type { Logger } from '@aws-lambda-powertools/logger'
import * as z from 'zod/mini'
import { asError } from '../../commands/aws/errors.ts'
import { type Measure, noMeasure } from '../../commands/aws/measure.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { Postponed } from './postponed.ts'
import type { EventHandler, ReactionContext } from './reaction-queue.ts'
import { type ReactionRow, schemasOf } from './reaction-row.ts'

/** Maximum time of a reaction, in milliseconds. A reaction that takes longer is repeated later. */
const reactionMs = 10_000
/** The part of the function's time that is kept in reserve, in milliseconds. */
const reserveMs = 1000

/** How long a handled event stays recorded, in days. A repeat after `newsDays` does no harm. */
const rememberDays = 15

/**
 * Maximum age of an event that still causes a mail, in days. The records expire soon after that, so repeats of older
 * events are not recognised.
 */
export const newsDays = 14

/** A public event, as `docs/events.md` describes it. */
export interface PublicEvent<Data> {
  /** The same id for every delivery of the event. */
  readonly id: string
  readonly type: string
  readonly at: string
  readonly correlationId: string
  readonly data: Data
}

/** A reaction: the work to do once for an event. */
export interface Reaction<Data> {
  readonly row: ReactionRow
  readonly data: z.ZodMiniType<Data>
  /** Returns the outcome, for the log. A reaction that throws is retried. */
  react(event: PublicEvent<Data>, deadline: Deadline): Promise<string>
}

export interface ReactionPorts {
  /** The record of handled events. */
  readonly handled: BasePersistenceLayer
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Counts reactions by outcome. Without it, nothing is counted. */
  readonly measure?: Measure
}

/**
 * Makes the handler of a reaction's events. Its queue delivers each event at least once. A handled event is not handled
 * again. If the reaction fails, the record of the event is removed, so that it is handled again. A crash
 * between the reaction and its record repeats the reaction once, after the function's maximum time. Throws `unreadable`
 * for anything but an event of the reaction's row.
 */
export function reactionHandler<Data>(
  reaction: Reaction<Data>,
  { handled, clock, logger, measure = noMeasure }: ReactionPorts,
): EventHandler {
  const { name } = reaction.row
  const expected = expectedBy(reaction)
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'detail.id',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: rememberDays * 24 * 60 * 60,
  })

  return async (event, context) => {
    const parsed = expected.safeParse(event)
    if (!parsed.success) {
      const at = parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; ')
      const error = new Problem('unreadable', `The input is not an event for ${name} (${at}).`)
      logger.error('event cannot be read', {
        reaction: name,
        requestId: context.awsRequestId,
        error,
      })
      throw error
    }
    const { detail } = parsed.data
    const line = { reaction: name, event: detail.id, correlationId: detail.correlationId }
    const deadline = deadlineWithin(context, { reserveMs, maxMs: reactionMs }, clock)
    let repeated = true
    const once = makeIdempotent(
      async (_event: typeof parsed.data, _context: ReactionContext) => {
        repeated = false
        return await reaction.react(detail, deadline)
      },
      { persistenceStore: handled, config, keyPrefix: name },
    )
    try {
      const outcome = await once(parsed.data, context)
      logger.info('reacted', { ...line, outcome, repeated })
      measure({ ReactionsFailed: 0 }, { reaction: name, outcome: repeated ? 'repeated' : outcome })
    } catch (error) {
      if (error instanceof Postponed) logger.info('reaction is postponed', { ...line, reason: error.message })
      else logger.error('reaction failed', { ...line, error: asError(error) })
      if (!(error instanceof Postponed))
        measure({ ReactionsFailed: 1 }, { reaction: name, outcome: 'failed' })
      throw error
    }
  }
}

/** The schema of the expected event. Further fields in an event do no harm. */
function expectedBy<Data>({ row, data }: Reaction<Data>) {
  const types = z.enum(row.eventTypes)
  const event = z.object({
    source: z.literal('annals'),
    'detail-type': types,
    detail: z.object({
      id: z.string().check(z.minLength(1)),
      type: types,
      schema: z.literal([...schemasOf(row)]),
      at: z.iso.datetime(),
      correlationId: z.string(),
      data,
    }),
  })
  return event.check(z.refine((one) => one.detail.type === one['detail-type'], 'Does not match detail-type.'))
}
