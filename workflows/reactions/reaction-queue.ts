import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { Postponed } from './postponed.ts'

/** The part of Lambda's context that reactions use. */
export type ReactionContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>

/** Handles one event of the bus. An event whose handler throws is tried again. */
export type EventHandler = (event: unknown, context: ReactionContext) => Promise<void>

export interface ReactionQueuePorts {
  /** Sends a message to its queue again, as a new one that stays hidden for some seconds. */
  readonly postpone: (message: SQSRecord, delaySeconds: number, times: number) => Promise<void>
  /** Waits until the next event may be handled. Mail waits for the provider's rate. */
  readonly pace: () => Promise<void>
  /** From 0 to 1, for the jitter of delays. */
  readonly random: () => number
  /** How often SQS hands out a message before it moves the message to the dead-letter queue. */
  readonly maxReceives: number
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/** A reaction takes at most 10 s. With less time than this left, the rest of the batch waits for another invocation. */
const leastMs = 11_000
/** The first delay of a postponed message, in seconds. It doubles each time. */
const firstDelay = 5
/** The maximum delay of a message (SQS API reference, `SendMessage`). */
const maxDelay = 900
/** The attribute that counts how often a message was postponed. */
export const postponedAttribute = 'postponed'

type Outcome = 'done' | 'failed' | 'throttled' | 'later'

/**
 * Makes the Lambda handler of a reaction's queue. Events are handled one after another. A failed event is reported, so SQS
 * hands it out again; the last failure is logged before SQS moves the event to the dead-letter queue. If a reaction is
 * postponed, it and the rest of the batch are sent to the queue again with a delay, which uses up no receive.
 */
export function reactionQueueHandler(handle: EventHandler, ports: ReactionQueuePorts) {
  const { postpone, pace, random, maxReceives, logger } = ports

  return async (event: SQSEvent, context: ReactionContext): Promise<SQSBatchResponse> => {
    const failed: string[] = []
    let isThrottled = false
    for (const message of event.Records) {
      const hasTime = context.getRemainingTimeInMillis() >= leastMs
      const outcome: Outcome = isThrottled || !hasTime ? 'later' : await attempt(message, context)
      isThrottled ||= outcome === 'throttled'
      const isHandled =
        outcome === 'done' || (outcome !== 'failed' && (await sendAgain(message, isThrottled)))
      if (!isHandled) failed.push(message.messageId)
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }

  async function attempt(message: SQSRecord, context: ReactionContext): Promise<Outcome> {
    await pace()
    try {
      await handle(parse(message.body), context)
      return 'done'
    } catch (error) {
      if (error instanceof Postponed) return 'throttled'
      const receives = Number(message.attributes.ApproximateReceiveCount)
      // SQS moves the message by itself and tells nobody.
      if (receives >= maxReceives)
        logger.error(gaveUp, { ...placeOf(message), receives, error: asError(error) })
      return 'failed'
    }
  }

  /** Returns whether the message may be deleted, because a copy of it is in the queue. */
  async function sendAgain(message: SQSRecord, isThrottled: boolean): Promise<boolean> {
    const before = Number(message.messageAttributes[postponedAttribute]?.stringValue ?? 0)
    const longest = Math.min(maxDelay, firstDelay * 2 ** before)
    const delaySeconds = isThrottled ? Math.ceil(longest * (0.5 + random() / 2)) : 0
    try {
      await postpone(message, delaySeconds, isThrottled ? before + 1 : before)
      logger.info('event is postponed', { ...placeOf(message), delaySeconds })
      return true
    } catch (error) {
      logger.error('event cannot be postponed', { ...placeOf(message), error: asError(error) })
      return false
    }
  }
}

/** The message of the log line about an event that is tried no more. */
export const gaveUp = 'event was given up and moves to the dead-letter queue'

function placeOf({ eventSourceARN, messageId, body }: SQSRecord) {
  const { detail } = Object(parse(body))
  const { id: event, correlationId } = Object(detail)
  return { queue: eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1), messageId, event, correlationId }
}

/** The event in the body of a message; `undefined` if it is no JSON, which no handler can read. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
