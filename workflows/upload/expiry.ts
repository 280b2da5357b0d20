import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { type Measure, noMeasure } from '../../commands/aws/measure.ts'
import { eachInParallel } from '../../commands/aws/parallel.ts'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { whileTimeLasts } from '../../commands/aws/time-left.ts'
import { maxRunMs } from '../../domain/upload/upload.ts'
import type { OpenUploads } from '../../projections/upload/open-uploads.ts'
import { createSteps, type StepPorts } from './steps.ts'

/** Maximum number of uploads that are ended at once. */
const concurrency = 5
/** Maximum time to end one upload, in milliseconds. */
const expireMs = 10_000
/** No further upload starts when the function has less than this time left, in milliseconds. */
const reserveMs = 15_000

export interface ExpiryPorts extends StepPorts {
  readonly openUploads: OpenUploads
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Counts expired uploads. Without it, nothing is counted. */
  readonly measure?: Measure
}

/**
 * Makes the Lambda handler that ends two kinds of upload: those whose file was not sent in time, and those whose run
 * has died. The scheduler runs it every few minutes. Two runs at once do no harm, because each upload's own stream
 * decides. The list of open uploads may lag behind; the next run finds an upload that is missing from it.
 *
 * An upload that fails is logged and does not stop the others. It stays open, and the next run tries it again. At the
 * end, the function fails if any upload failed.
 */
export function expiryHandler({ openUploads, logger, measure = noMeasure, ...ports }: ExpiryPorts) {
  const { expire } = createSteps(ports)
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const causationId = context.awsRequestId
    const counts = { expired: 0, failed: 0 }
    const end = async (uploadId: string): Promise<void> => {
      try {
        const ended = await expire(uploadId, { causationId, deadline: deadlineIn(expireMs, ports.clock) })
        counts.expired += 1
        if (ended) measure({ UploadsFailed: 1 }, { outcome: 'expired' })
      } catch (error) {
        counts.failed += 1
        logger.error('upload not expired', { uploadId, requestId: causationId, error: asError(error) })
      }
    }
    const before = new Date(ports.clock.now() - maxRunMs).toISOString()
    // If there is not enough time, the next run ends the remaining uploads.
    const due = whileTimeLasts(openUploads.expired(before), context, { reserveMs }, () => {})
    await eachInParallel(due, concurrency, end)
    logger.info('uploads expired', { ...counts, requestId: causationId })
    if (counts.failed > 0) throw new Error(`${counts.failed} uploads could not be ended. The log names them.`)
  }
}
