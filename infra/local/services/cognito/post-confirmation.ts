import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'
import type { ClientSettings } from './template.ts'
import { attributesOf, type User, type UserPool } from './user-pool.ts'

/** How long Cognito waits for a trigger (developer guide, "Customizing user pool workflows with Lambda triggers"). */
const triggerMs = 5_000

/**
 * Runs the PostConfirmation trigger of a pool, if it has one. Resolves to the answer of the operation that confirmed.
 *
 * @throws AwsError as Cognito does if the function fails or is late.
 */
export async function runPostConfirmation(
  o: Pick<CognitoOptions, 'invoke' | 'log' | 'region'>,
  { settings: { LambdaConfig, id } }: Pick<UserPool, 'settings'>,
  client: Pick<ClientSettings, 'id'>,
  user: User,
  triggerSource: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
): Promise<object> {
  if (LambdaConfig.PostConfirmation === undefined) return {}
  const event = {
    version: '1',
    region: o.region,
    userPoolId: id,
    userName: user.sub,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.id },
    triggerSource,
    request: { userAttributes: { ...attributesOf(user), 'cognito:user_status': 'CONFIRMED' } },
    response: {},
  }
  const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), triggerMs).unref())
  const answer = await Promise.race([o.invoke(LambdaConfig.PostConfirmation, event), late])
  if (answer === undefined) throw new AwsError('UnexpectedLambdaException', 'PostConfirmation timed out')
  if (answer.error) {
    const message = `PostConfirmation failed with error ${answer.error.errorMessage}.`
    o.log('cognito', `${message} The person is confirmed nevertheless.`)
    throw new AwsError('UserLambdaValidationException', message)
  }
  if (typeof answer.payload === 'object' && answer.payload !== null) return {}
  throw new AwsError('InvalidLambdaResponseException', 'Unrecognizable lambda output')
}
