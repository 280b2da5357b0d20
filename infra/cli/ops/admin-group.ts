import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CognitoIdentityProviderClient,
  ListUsersInGroupCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import type { ClientSettings } from './stack.ts'

/** The group that the user pool declares (`infra/stack/parts/sign-in.ts`), and that tokens carry. */
const GroupName = 'admin'

/** A member of the group, as the user pool has them. */
export interface Admin {
  readonly userId: string
  readonly email: string
}

/** The people who are operators of the product. Nobody else may read what only operators may. */
export interface AdminGroup {
  /** Puts a person in the group. `unknown`: nobody has signed up with this address. */
  add(address: string): Promise<'done' | 'unknown'>
  remove(address: string): Promise<'done' | 'unknown'>
  list(): Promise<readonly Admin[]>
}

/** The group in a user pool. Each call throws an Error if the stack does not name its pool. */
export function openAdminGroup(settings: ClientSettings, userPoolId: string | undefined): AdminGroup {
  const client = new CognitoIdentityProviderClient(settings)
  const pool = (): string => {
    if (userPoolId !== undefined) return userPoolId
    throw new Error('the stack lacks the output UserPoolId: deploy it first')
  }
  /** Cognito takes the address of a person as the username. */
  const member = (address: string) => ({ UserPoolId: pool(), GroupName, Username: address })
  return {
    add: (address) => ifKnown(() => client.send(new AdminAddUserToGroupCommand(member(address)))),
    remove: (address) => ifKnown(() => client.send(new AdminRemoveUserFromGroupCommand(member(address)))),
    async list() {
      const found: Admin[] = []
      let NextToken: string | undefined
      do {
        const page = await client.send(
          new ListUsersInGroupCommand({ UserPoolId: pool(), GroupName, NextToken }),
        )
        for (const { Attributes = [] } of page.Users ?? []) {
          const values = new Map(Attributes.map(({ Name, Value }) => [Name, Value]))
          found.push({ userId: values.get('sub') ?? '', email: values.get('email') ?? '' })
        }
        NextToken = page.NextToken
      } while (NextToken !== undefined)
      return found
    },
  }
}

async function ifKnown(change: () => Promise<unknown>): Promise<'done' | 'unknown'> {
  try {
    await change()
    return 'done'
  } catch (error) {
    if (error instanceof UserNotFoundException) return 'unknown'
    throw error
  }
}
