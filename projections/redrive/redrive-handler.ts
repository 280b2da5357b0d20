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
import { type DiscardedBatch, discardedBatchOf } from './discarded-batch.ts'
import type { ShardReader } from './shard-reader.ts'

/** With less time than this left, what is not delivered yet is left for the next time. */
const leastMs = 10_000

export interface RedriveOptions {
  readonly reader: ShardReader
  /** The handler of the function that the mapping delivered to. */
  readonly deliver: (event: DynamoDBStreamEvent, context: TimeLeft) => Promise<DynamoDBBatchResponse>
  readonly logger: Pick<Logger, 'info' | 'error' | 'critical'>
}

/**
 * Makes the Lambda handler that redrives what a stream mapping gave up: it reads the records again that a message
 * tells of, and hands them to the consumer that failed, which does with them what it always does; a bad event parks
 * its stream. A message is reported as failed, and comes again, where any of its records failed once more or
 * is trimmed. Redriving twice is delivering twice, which does no harm.
 */
export function redriveHandler({ reader, deliver, logger }: RedriveOptions) {
  return async (event: SQSEvent, context: TimeLeft): Promise<SQSBatchResponse> => {
    const failed: string[] = []
    // One after another: a shard has other readers, and the older records are to be first.
    for (const message of event.Records)
      if (!(await redrive(message, context))) failed.push(message.messageId)
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }

  /** Whether the message is done with. */
  async function redrive(message: SQSRecord, context: TimeLeft): Promise<boolean> {
    const line = { messageId: message.messageId, receives: message.attributes.ApproximateReceiveCount }
    let batch: DiscardedBatch | undefined
    try {
      batch = discardedBatchOf(message.body)
      const { records, failures, trimmed } = await deliverAgain(batch, context)
      const result = { ...line, ...batch, records }
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
    for await (const page of reader.read(batch)) {
      if (context.getRemainingTimeInMillis() < leastMs)
        throw new Error(`The time ran out after ${records} records.`)
      trimmed ||= page.trimmed
      if (page.records.length === 0) continue
      const { batchItemFailures } = await deliver({ Records: [...page.records] }, context)
      records += page.records.length
      failures += batchItemFailures.length
    }
    return { records, failures, trimmed }
  }
}
