import { randomBytes, randomUUID } from 'node:crypto'
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import type { BackendConfig } from './backend.ts'

/** The name that marks a person of a smoke test, in the user pool and in the events. */
export const mark = 'Smoke test'

/** A person who exists for one smoke test. */
export interface SmokePerson {
  readonly email: string
  readonly accessToken: string
}

/** The people of smoke tests in a user pool. */
export interface SmokePeople {
  /** The address of the next person. */
  readonly email: string
  /** Creates the person, marked as one of a smoke test, and signs them in. */
  join(): Promise<SmokePerson>
  exists(): Promise<boolean>
  /** Removes the person from the user pool, if they are in it. */
  remove(): Promise<void>
}

/**
 * People in a user pool. Each address is one of SES's mailbox simulator, which takes mail without a bounce, even in the
 * sandbox (SES developer guide, "Using the mailbox simulator", with labels).
 */
export function openPeople(config: BackendConfig): SmokePeople {
  const { region, userPoolId: UserPoolId, awsEndpoint: endpoint } = config
  const client = new CognitoIdentityProviderClient(
    endpoint === undefined
      ? { region }
      : // To the local cloud, everyone who is not one of its functions is the developer.
        { region, endpoint, credentials: { accessKeyId: 'operator', secretAccessKey: 'any' } },
  )
  const email = `success+annals-smoke-${randomUUID()}@simulator.amazonses.com`
  const person = { UserPoolId, Username: email }

  async function join(): Promise<SmokePerson> {
    await client.send(
      new AdminCreateUserCommand({
        ...person,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: email },
          { Name: 'email_verified', Value: 'true' },
          { Name: 'name', Value: mark },
        ],
      }),
    )
    // All kinds of characters that a policy can ask for.
    const Password = `Aa1!${randomBytes(24).toString('base64url')}`
    await client.send(new AdminSetUserPasswordCommand({ ...person, Password, Permanent: true }))
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        ClientId: config.userPoolClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: Password },
      }),
    )
    const accessToken = AuthenticationResult?.AccessToken
    if (accessToken === undefined) throw new Error('the user pool gave no access token')
    return { email, accessToken }
  }

  return {
    email,
    join,
    exists: async () => known(client.send(new AdminGetUserCommand(person))),
    async remove() {
      await known(client.send(new AdminDeleteUserCommand(person)))
    },
  }
}

/** Whether the pool knows the person that a call names. */
async function known(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer
    return true
  } catch (error) {
    if (error instanceof UserNotFoundException) return false
    throw error
  }
}
