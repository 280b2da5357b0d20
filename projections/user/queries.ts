import type { userContract } from '../../commands/user/contract.ts'
import type { QueryHandlers } from '../query/query.ts'
import { usersV1 } from './v1/projection.ts'
import { readUser, userStream } from './v1/queries.ts'

/** The handler of each query about a person. */
export const userQueries = {
  '/me': {
    projection: usersV1.name,
    dependsOn: ({ userId }, { stream }) => stream === userStream(userId),
    read: ({ rows, userId, generation }) => readUser(rows, generation(usersV1.name).id, userId),
  },
} satisfies QueryHandlers<(typeof userContract)['queries']>
