import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { parkedLine, parkedStream } from '../delivery/stream-handler.ts'
import { correlationIdsOf, readRecords } from '../delivery/stream-record.ts'
import { type ForwardOptions, forwardBatch } from './forward-batch.ts'

/** Time that is kept in reserve to write marks and to report the records to deliver again, in milliseconds. */
const reserveMs = 3000

export interface ForwardHandlerOptions extends Omit<ForwardOptions, 'deadline' | 'known'> {
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that forwards the event store's stream to the bus. It reports the records that could not be
 * sent, and Lambda delivers the batch again from the lowest of them. Events that were already sent are then sent twice.
 * A changed or removed commit raises an alarm of the projector, and the forwarder ignores it.
 */
export function forwardHandler({ logger, ...options }: ForwardHandlerOptions) {
  const known = new Map<StreamName, number>()
  return async (
    event: DynamoDBStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<DynamoDBBatchResponse> => {
    const { deliveries, unreadable } = readRecords(event.Records, logger)
    const failed = [...unreadable]

    const deadline = deadlineWithin(context, { reserveMs }, options.clock)
    for (const result of await forwardBatch(deliveries, { ...options, known, deadline })) {
      const { stream, sent, mark, moved } = result
      const line = { stream, sent, correlationIds: correlationIdsOf(deliveries, stream) }
      if (mark === undefined) logger.info(moved ? 'forwarded, no longer parked' : 'forwarded', line)
      else logger.error(parkedStream, { ...line, version: mark.version, ...parkedLine(mark) })
      if (result.failed.length > 0) {
        logger.error('stream was not forwarded', { ...line, error: asError(result.error) })
        failed.push(...result.failed)
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }
}
