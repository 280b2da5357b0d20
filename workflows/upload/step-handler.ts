import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { type StepOutcome, stepInput } from './step-input.ts'
import { createSteps, type StepPorts } from './steps.ts'

/** What is kept back of the function's time, in milliseconds. */
const reserveMs = 1000

/** Makes the Lambda handler of the pipeline's steps. What it throws, the state machine tries again. */
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
    try {
      const deadline = deadlineIn(context.getRemainingTimeInMillis() - reserveMs, ports.clock)
      const { outcome, correlationId } = await step(input, { deadline, causationId: context.awsRequestId })
      logger.info('step done', { ...line, ...outcome, correlationId })
      return outcome
    } catch (error) {
      logger.error('step failed', {
        ...line,
        error: error instanceof Error ? error : new Error(String(error)),
      })
      throw error
    }
  }
}
