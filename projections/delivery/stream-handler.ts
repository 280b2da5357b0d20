import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { type Measure, noMeasure } from '../../commands/aws/measure.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import type { Parked } from '../engine/row-store.ts'
import { type BatchOptions, projectBatch } from './project-batch.ts'
import { commitsOf, correlationIdsOf, type Delivery, readRecords, recordKeyOf } from './stream-record.ts'

/** The log message for a commit that was changed or removed. An alarm matches it. */
export const changedCommit = 'a commit was changed or removed'

/** The log message of the projector and the forwarder for a stream with an event that they cannot handle. */
export const parkedStream = 'stream is parked'

/** The part of a log line that states why a stream is parked, and at which event. */
export function parkedLine({ error, version, type, stack }: Omit<Parked, 'at'>) {
  return { reason: error, event: { version, type }, stack }
}

/** Time that is kept in reserve to report the records to deliver again, in milliseconds. */
const reserveMs = 2000

export type StreamHandler = (
  event: DynamoDBStreamEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<DynamoDBBatchResponse>

export interface StreamHandlerOptions extends Omit<BatchOptions, 'deadline' | 'onCaughtUp' | 'onFailed'> {
  readonly logger: Pick<Logger, 'info' | 'error' | 'critical'>
  /** Measures how far behind the events a batch is. Without it, nothing is measured. */
  readonly measure?: Measure
}

/**
 * Makes the Lambda handler that projects the event store's stream. If an event cannot be projected, its stream is
 * parked, and its record counts as done. The handler reports the records of streams that failed for another reason.
 * Lambda delivers the batch again from the lowest of them. Events that were already projected are then skipped.
 */
export function streamHandler({
  logger,
  measure = noMeasure,
  ...options
}: StreamHandlerOptions): StreamHandler {
  return async (event, context) => {
    const { deliveries, unreadable, changed } = readRecords(event.Records, logger)
    for (const record of changed)
      logger.critical(changedCommit, { eventName: record.eventName, ...recordKeyOf(record) })

    const failures = await projectBatch(deliveries, {
      ...options,
      deadline: deadlineWithin(context, { reserveMs }, options.clock),
      onCaughtUp: (generation, stream, { version, parked, cost }) => {
        const correlationIds = correlationIdsOf(deliveries, stream)
        const line = { generation: generation.id, stream, version, cost, correlationIds }
        if (parked === undefined) logger.info('projected', line)
        else logger.error(parkedStream, { ...line, ...parkedLine(parked) })
      },
      // For the other generations, the streams are logged together with the records to deliver again.
      onFailed: (generation, stream, error) => {
        if (generation.building !== true) return
        const correlationIds = correlationIdsOf(deliveries, stream)
        const line = { generation: generation.id, stream, correlationIds, error: asError(error) }
        logger.error('a generation that is being built misses events', line)
      },
    })
    for (const { stream, sequenceNumber, error } of failures) {
      const correlationIds = correlationIdsOf(deliveries, stream)
      logger.error('stream was not projected', {
        stream,
        sequenceNumber,
        correlationIds,
        error: asError(error),
      })
    }
    const oldest = oldestOf(deliveries)
    if (oldest !== undefined) measure({ ProjectionLag: Math.max(0, options.clock.now() - oldest) })
    const failed = [...unreadable, ...failures.map(({ sequenceNumber }) => sequenceNumber)]
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }
}

/** The time of the oldest commit, in milliseconds since 1970; undefined if no commit can be read. */
function oldestOf(deliveries: readonly Delivery[]): number | undefined {
  const times = commitsOf(deliveries).map(({ at }) => Date.parse(at))
  return times.length === 0 ? undefined : Math.min(...times)
}
