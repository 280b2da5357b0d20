import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { maxRunMs } from '../../domain/upload/upload.ts'
import type { OpenUploads } from '../../projections/upload/open-uploads.ts'
import { createSteps, type StepPorts } from './steps.ts'

/** So many uploads are ended side by side. */
const concurrency = 5
/** One upload is given so many milliseconds. */
const expireMs = 10_000
/** No further one is begun within so many of the end of the function's time. */
const reserveMs = 15_000

export interface ExpiryPorts extends StepPorts {
  readonly openUploads: OpenUploads
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/**
 * Makes the Lambda handler that ends uploads whose file was not sent in time, and those whose run has died. It is run
 * every few minutes, and may be run twice at once: what an upload needs is decided on its own stream. That the list
 * lags behind does no harm, because whoever is missing is found the next time.
 *
 * One that fails is logged and holds up no other; it stays open, so that the next run tries again. The function
 * fails in the end where any did.
 */
export function expiryHandler({ openUploads, logger, ...ports }: ExpiryPorts) {
  const { expire } = createSteps(ports)
  return async (
    _event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const causationId = context.awsRequestId
    const counts = { expired: 0, failed: 0 }
    const end = async (uploadId: string): Promise<void> => {
      try {
        await expire(uploadId, { causationId, deadline: deadlineIn(expireMs, ports.clock) })
        counts.expired += 1
      } catch (error) {
        counts.failed += 1
        const cause = error instanceof Error ? error : new Error(String(error))
        logger.error('upload not expired', { uploadId, requestId: causationId, error: cause })
      }
    }
    const before = new Date(ports.clock.now() - maxRunMs).toISOString()
    const due = openUploads.expired(before)[Symbol.asyncIterator]()
    const worker = async (): Promise<void> => {
      while (context.getRemainingTimeInMillis() > reserveMs) {
        const next = await due.next()
        if (next.done) return
        await end(next.value)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    logger.info('uploads expired', { ...counts, requestId: causationId })
    if (counts.failed > 0) throw new Error(`${counts.failed} uploads could not be ended. The log says which.`)
  }
}
