import type { Deadline } from '../../domain/kernel/cost.ts'

/** A person in the directory of the people who signed up. */
export interface Person {
  readonly email: string | undefined
  readonly name: string | undefined
  /** False if the address was changed, and the person has not entered the code that was sent to the new one. */
  readonly emailVerified: boolean
}

export interface Directory {
  /** Returns the person with this id in a pool. Throws `unavailable` past the deadline. */
  find(userPoolId: string, userId: string, deadline: Deadline): Promise<Person | undefined>
}

/** Reads a person from Cognito's attributes. */
export function personOf(attributes: Readonly<Record<string, string | undefined>>): Person {
  const { email, name, email_verified } = attributes
  return { email, name, emailVerified: email_verified !== 'false' }
}
