import type { Logger } from '@aws-lambda-powertools/logger'
import type {
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
  SQSBatchResponse,
  SQSEvent,
  SQSRecord,
} from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import type { TimeLeft } from '../../commands/aws/time-left.ts'
import { recordKeyOf } from '../delivery/stream-record.ts'
import { type DiscardedBatch, discardedBatchOf } from './discarded-batch.ts'
import type { ShardReader } from './shard-reader.ts'

/** Maximum number of streams that a log line names. */
const maxStreams = 100

/** The name of a message's queue. */
function queueOf({ eventSourceARN }: SQSRecord): string {
  return eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1)
}

function receivesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount)
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * Minimum time to deliver a page, in milliseconds. With less time left, the remaining records wait for the next
 * attempt.
 */
const leastMs = 10_000

export interface RedriveOptions {
  readonly reader: ShardReader
  /** The handler of the function that the mapping delivered to. */
  readonly deliver: (event: DynamoDBStreamEvent, context: TimeLeft) => Promise<DynamoDBBatchResponse>
  /** How often the queue hands a message out before it moves to the dead-letter queue. */
  readonly maxReceives: number
  readonly logger: Pick<Logger, 'info' | 'error' | 'critical'>
}

/**
 * Makes the Lambda handler that redrives the records that a stream mapping gave up. It reads the records of a message
 * again and delivers them to the consumer that failed. A bad event then parks its stream. If any record fails again or
 * is trimmed, the message is reported as failed, and the queue delivers it again. A second delivery does no harm. The
 * log names the queue and the streams.
 */
export function redriveHandler({ reader, deliver, maxReceives, logger }: RedriveOptions) {
  return async (event: SQSEvent, context: TimeLeft): Promise<SQSBatchResponse> => {
    const failed: string[] = []
    // The messages are handled one after another, so that older records come first, and because a shard has other
    // readers.
    for (const message of event.Records) {
      if (await redrive(message, context)) continue
      failed.push(message.messageId)
      const receives = receivesOf(message)
      if (receives >= maxReceives)
        logger.error('discarded records failed for the last time and move to the dead-letter queue', {
          messageId: message.messageId,
          receives,
          queue: queueOf(message),
          ...orNone(() => discardedBatchOf(message.body)),
        })
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }

  /** Redrives a message. Returns whether it can be deleted. */
  async function redrive(message: SQSRecord, context: TimeLeft): Promise<boolean> {
    const receives = receivesOf(message)
    const line = { messageId: message.messageId, receives, queue: queueOf(message) }
    let batch: DiscardedBatch | undefined
    try {
      batch = discardedBatchOf(message.body)
      // Lambda itself moves the records to the queue. This first delivery is the first opportunity to log it.
      if (receives <= 1) logger.error('records were given up and moved to a queue', { ...line, ...batch })
      const { records, failures, trimmed, streams } = await deliverAgain(batch, context)
      const result = { ...line, ...batch, records, streams }
      if (trimmed) logger.critical('discarded records are trimmed, and their streams stay behind', result)
      if (failures > 0) logger.error('discarded records failed again', { ...result, failures })
      if (trimmed || failures > 0) return false
      logger.info('redriven', result)
      return true
    } catch (error) {
      logger.error('discarded records could not be redriven', { ...line, ...batch, error: asError(error) })
      return false
    }
  }

  async function deliverAgain(batch: DiscardedBatch, context: TimeLeft) {
    let records = 0
    let failures = 0
    let trimmed = false
    const streams = new Set<string>()
    for await (const page of reader.read(batch)) {
      if (context.getRemainingTimeInMillis() < leastMs)
        throw new Error(`The time ran out after ${records} records.`)
      trimmed ||= page.trimmed
      if (page.records.length === 0) continue
      const { batchItemFailures } = await deliver({ Records: [...page.records] }, context)
      records += page.records.length
      for (const { stream } of page.records.map(recordKeyOf))
        if (stream !== undefined && streams.size < maxStreams) streams.add(stream)
      failures += batchItemFailures.length
    }
    return { records, failures, trimmed, streams: [...streams] }
  }
}
