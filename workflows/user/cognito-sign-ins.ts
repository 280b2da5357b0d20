import {
  AdminDeleteUserCommand,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import { answerWithin } from '../../commands/aws/client.ts'
import { orUnavailable, within } from '../../commands/aws/sdk-call.ts'
import type { SignIns } from './sign-in-deletion.ts'

const unavailable = orUnavailable('The sign-in was not deleted in time.')

/** The sign-ins in a Cognito user pool. */
export function createCognitoSignIns(
  userPoolId: string,
  config: CognitoIdentityProviderClientConfig = {},
): SignIns {
  const client = new CognitoIdentityProviderClient({
    ...answerWithin(3000),
    ...config,
  })
  return {
    async delete(userId, deadline) {
      try {
        // Cognito accepts the `sub` of a local user as the username.
        await client.send(
          new AdminDeleteUserCommand({ UserPoolId: userPoolId, Username: userId }),
          within(deadline.left()),
        )
        return 'deleted'
      } catch (cause) {
        if (cause instanceof UserNotFoundException) return 'gone'
        return unavailable(cause)
      }
    },
  }
}
