import type { CognitoOptions } from './cognito-options.ts'
import type { ClientSettings } from './template.ts'
import { runTrigger } from './triggers.ts'
import { attributesOf, type User, type UserPool } from './user-pool.ts'

/**
 * Runs the PostConfirmation trigger of a pool, if it has one. Resolves to the answer of the operation that confirmed
 * the user.
 */
export async function runPostConfirmation(
  o: Pick<CognitoOptions, 'invoke' | 'log' | 'region'>,
  { settings: { LambdaConfig, id } }: Pick<UserPool, 'settings'>,
  client: Pick<ClientSettings, 'id'>,
  user: User,
  triggerSource: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
): Promise<object> {
  if (LambdaConfig.PostConfirmation === undefined) return {}
  await runTrigger(o, 'PostConfirmation', LambdaConfig.PostConfirmation, {
    version: '1',
    region: o.region,
    userPoolId: id,
    userName: user.sub,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.id },
    triggerSource,
    request: { userAttributes: { ...attributesOf(user), 'cognito:user_status': 'CONFIRMED' } },
    response: {},
  })
  return {}
}
