import type { Deadline } from '../../domain/kernel/cost.ts'

/** A person as the directory of those who signed up has them. */
export interface Person {
  readonly email: string | undefined
  readonly name: string | undefined
  /** False where the address was changed, and the code sent to the new one has not come back. */
  readonly emailVerified: boolean
}

export interface Directory {
  /** The person of this id in a pool. Throws `unavailable` past the deadline. */
  find(userPoolId: string, userId: string, deadline: Deadline): Promise<Person | undefined>
}

/** Reads a person from Cognito's attributes. */
export function personOf(attributes: Readonly<Record<string, string | undefined>>): Person {
  const { email, name, email_verified } = attributes
  return { email, name, emailVerified: email_verified !== 'false' }
}
