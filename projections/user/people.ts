import type { QueryContext } from '../query/query.ts'
import { usersV1 } from './v1/projection.ts'
import { readNames, readUser } from './v1/queries.ts'

/** The read model of people, for the features that join it. */
export const people = {
  projection: usersV1.name,

  /** Reads the person who sends the request. Throws `not-found`, and `account-deleted` for a deleted account. */
  asking: ({ rows, userId, generation }: QueryContext) => readUser(rows, generation(usersV1.name).id, userId),

  /** Reads the names of up to 100 people, in the order of their ids. The name of a deleted account is empty. */
  namesOf: ({ rows, generation }: QueryContext, userIds: readonly string[]) =>
    readNames(rows, generation(usersV1.name).id, userIds),
}
