import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { type Measure, noMeasure } from '../../commands/aws/measure.ts'
import { deadlineWithin } from '../../commands/aws/time-left.ts'
import { type StepInput, type StepOutcome, stepInput } from './step-input.ts'
import { createSteps, type StepPorts } from './steps.ts'

/** The part of the function's time that is kept in reserve, in milliseconds. */
const reserveMs = 1000

export interface StepHandlerPorts extends StepPorts {
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Counts the ends of uploads. Without it, nothing is counted. */
  readonly measure?: Measure
}

/** Makes the Lambda handler of the pipeline's steps. The state machine retries a step that throws. */
export function stepHandler({ logger, measure = noMeasure, ...ports }: StepHandlerPorts) {
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
      const end = endOf(input, outcome)
      if (end !== undefined) measure({ UploadsFailed: end === 'completed' ? 0 : 1 }, { outcome: end })
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

/** How an upload ended, if a step ended it. */
function endOf(input: StepInput, { outcome }: StepOutcome): 'completed' | 'rejected' | 'failed' | undefined {
  if (input.step === 'complete' && outcome === 'go-on') return 'completed'
  return input.step === 'close' && outcome === 'ended' ? input.as : undefined
}
