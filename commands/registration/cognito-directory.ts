import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import { answerWithin } from '../aws/client.ts'
import { orUnavailable, within } from '../aws/sdk-call.ts'
import { type Directory, personOf } from './directory.ts'

const unavailable = orUnavailable('Your account could not be looked up in time. Try again.')

/** The directory of the people in Cognito's user pools. */
export function createCognitoDirectory(config: CognitoIdentityProviderClientConfig = {}): Directory {
  const client = new CognitoIdentityProviderClient({
    ...answerWithin(3000),
    ...config,
  })
  return {
    async find(userPoolId, userId, deadline) {
      try {
        // AdminGetUser accepts the `sub` of a local user as the username.
        const answer = await client.send(
          new AdminGetUserCommand({ UserPoolId: userPoolId, Username: userId }),
          within(deadline.left()),
        )
        const attributes = Object.fromEntries(
          (answer.UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]),
        )
        return attributes['sub'] === userId ? personOf(attributes) : undefined
      } catch (cause) {
        if (cause instanceof UserNotFoundException) return undefined
        return unavailable(cause)
      }
    },
  }
}
