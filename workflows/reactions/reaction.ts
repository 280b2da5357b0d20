import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence'
import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { asError } from '../../commands/aws/errors.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'

/** A reaction gives up after so many milliseconds, or a second before the function is cut off, and is repeated later. */
const reactionMs = 10_000
const reserveMs = 1000

/** So long it is remembered that an event was reacted to. After `newsDays` no reaction minds being repeated. */
const rememberDays = 15

/** Something older is no news: nobody wants a mail about it, and a repetition could not be told any more. */
export const newsDays = 14

/** A public event, as `docs/events.md` has it. */
export interface PublicEvent<Data> {
  /** The same for every delivery of the event. */
  readonly id: string
  readonly type: string
  readonly at: string
  readonly correlationId: string
  readonly data: Data
}

/** What to do once when something has happened. */
export interface Reaction<Data> {
  /** What was done is remembered under this name and the event's id, so it stays as it is. */
  readonly name: string
  /** The type of event that it is for, or several. */
  readonly type: string | readonly string[]
  readonly schema: number
  readonly data: z.ZodMiniType<Data>
  /** What became of it, for the log. Whatever it throws, it is tried again. */
  react(event: PublicEvent<Data>, deadline: Deadline): Promise<string>
}

export interface ReactionPorts {
  /** What remembers the events that were reacted to. */
  readonly done: BasePersistenceLayer
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler of a reaction, which EventBridge invokes with an event, once or more. An event that was
 * reacted to is not reacted to again; one whose reaction failed is, because its record is removed. A crash between
 * the deed and its record repeats the deed once, after the time that the function had. Throws `unreadable` for
 * anything but the event that it is for.
 */
export function reactionHandler<Data>(reaction: Reaction<Data>, { done, clock, logger }: ReactionPorts) {
  const expected = expectedBy(reaction)
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'detail.id',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: rememberDays * 24 * 60 * 60,
  })

  return async (
    event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const parsed = expected.safeParse(event)
    if (!parsed.success) {
      const at = parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; ')
      const error = new Problem('unreadable', `This is not an event for ${reaction.name} (${at}).`)
      logger.error('event cannot be read', {
        reaction: reaction.name,
        requestId: context.awsRequestId,
        error,
      })
      throw error
    }
    const { detail } = parsed.data
    const line = { reaction: reaction.name, event: detail.id, correlationId: detail.correlationId }
    const deadline = deadlineWithin(context, { reserveMs, maxMs: reactionMs }, clock)
    let repeated = true
    const once = makeIdempotent(
      async (_event: typeof parsed.data, _context: typeof context) => {
        repeated = false
        return await reaction.react(detail, deadline)
      },
      { persistenceStore: done, config, keyPrefix: reaction.name },
    )
    try {
      const outcome = await once(parsed.data, context)
      logger.info('reacted', { ...line, outcome, repeated })
    } catch (error) {
      logger.error('reaction failed', {
        ...line,
        error: asError(error),
      })
      throw error
    }
  }
}

/** Fields that are added to an event do no harm. */
function expectedBy<Data>({ type, schema, data }: Reaction<Data>) {
  const types = z.enum([type].flat())
  const event = z.object({
    source: z.literal('annals'),
    'detail-type': types,
    detail: z.object({
      id: z.string().check(z.minLength(1)),
      type: types,
      schema: z.literal(schema),
      at: z.iso.datetime(),
      correlationId: z.string(),
      data,
    }),
  })
  return event.check(z.refine((one) => one.detail.type === one['detail-type'], 'Sent under another type.'))
}
