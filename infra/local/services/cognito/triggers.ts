import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'

/** How long Cognito waits for a trigger (developer guide, "Customizing user pool workflows with Lambda triggers"). */
const triggerMs = 5_000

/** The triggers that are modelled. */
export const triggers = ['PreSignUp', 'PostConfirmation'] as const
export type Trigger = (typeof triggers)[number]

/** Runs a trigger of a pool. If the function fails or is late, throws the AwsError of Cognito. */
export async function runTrigger(
  o: Pick<CognitoOptions, 'invoke' | 'log'>,
  trigger: Trigger,
  functionArn: string,
  event: object,
): Promise<void> {
  const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), triggerMs).unref())
  const answer = await Promise.race([o.invoke(functionArn, event), late])
  if (answer === undefined) throw new AwsError('UnexpectedLambdaException', `${trigger} timed out`)
  if (answer.error) {
    const message = `${trigger} failed with error ${answer.error.errorMessage}.`
    if (trigger === 'PostConfirmation') o.log('cognito', `${message} The user is confirmed anyway.`)
    throw new AwsError('UserLambdaValidationException', message)
  }
  if (typeof answer.payload === 'object' && answer.payload !== null) return
  throw new AwsError('InvalidLambdaResponseException', 'Unrecognizable lambda output')
}
