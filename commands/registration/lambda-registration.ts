import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { connectInTime } from '../aws/client.ts'
import { environment } from '../aws/environment.ts'
import { orUnavailable, within } from '../aws/sdk-call.ts'
import type { Register } from '../http/access.ts'
import { checkRegistered, type RegistrationRequest } from './registration-message.ts'

const unavailable = orUnavailable('Your registration did not complete in time. Try again.')

/** Registers people of a pool by invoking the registration function. */
export function createLambdaRegistration(
  functionName: string,
  userPoolId: string,
  config: LambdaClientConfig = {},
): Register {
  const client = new LambdaClient({ ...connectInTime, ...config })
  return async ({ userId, correlationId, deadline }) => {
    const request: RegistrationRequest = { userPoolId, userId, correlationId }
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) })
    const answer = await client.send(command, within(deadline.left())).catch(unavailable)
    // The function crashed or timed out. Its own log contains the reason. If it did register the person, the next
    // attempt finds the account.
    if (answer.FunctionError !== undefined) unavailable(new Error(`${functionName} failed.`))
    checkRegistered(JSON.parse(answer.Payload?.transformToString() ?? ''))
  }
}

/** Registers people with the function and in the pool that the environment names. */
export function registerFromEnvironment(): Register {
  return createLambdaRegistration(environment('REGISTRATION_FUNCTION'), environment('USER_POOL_ID'))
}
