import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'

/** How long Cognito waits for a trigger (developer guide, "Customizing user pool workflows with Lambda triggers"). */
const triggerMs = 5_000

/** Runs the PostConfirmation trigger of a pool. Throws AwsError as Cognito does if the function fails or is late. */
export async function runPostConfirmation(
  o: Pick<CognitoOptions, 'invoke' | 'log'>,
  functionArn: string,
  event: object,
): Promise<void> {
  const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), triggerMs).unref())
  const answer = await Promise.race([o.invoke(functionArn, event), late])
  if (answer === undefined) throw new AwsError('UnexpectedLambdaException', 'PostConfirmation timed out')
  if (answer.error) {
    const message = `PostConfirmation failed with error ${answer.error.errorMessage}.`
    o.log('cognito', `${message} The person is confirmed nevertheless.`)
    throw new AwsError('UserLambdaValidationException', message)
  }
  if (typeof answer.payload === 'object' && answer.payload !== null) return
  throw new AwsError('InvalidLambdaResponseException', 'Unrecognizable lambda output')
}
