import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import { type StepOutcome, stepInput } from './step-input.ts'
import { createSteps, type StepPorts } from './steps.ts'

/** The part of the function's time that is kept in reserve, in milliseconds. */
const reserveMs = 1000

/** Makes the Lambda handler of the pipeline's steps. The state machine retries a step that throws. */
export function stepHandler({
  logger,
  ...ports
}: StepPorts & { readonly logger: Pick<Logger, 'info' | 'error'> }) {
  const { step } = createSteps(ports)
  return async (
    event: unknown,
    context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
  ): Promise<StepOutcome> => {
    const input = stepInput.parse(event)
    const { uploadId, run } = input
    const line = { step: input.step, uploadId, run, ...('cause' in input && { cause: input.cause }) }
    let correlationId: string | undefined
    try {
      const deadline = deadlineWithin(context, { reserveMs }, ports.clock)
      const outcome = await step(
        input,
        { deadline, causationId: context.awsRequestId },
        // A step that fails later is logged with it, too.
        (known) => {
          correlationId = known
        },
      )
      logger.info('step done', { ...line, ...outcome, correlationId })
      return outcome
    } catch (error) {
      logger.error('step failed', {
        ...line,
        correlationId,
        error: asError(error),
      })
      throw error
    }
  }
}
