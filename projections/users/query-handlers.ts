import { generationId } from '../engine/projection.ts'
import type { QueryHandlers } from '../query-handlers.ts'
import { readUser, userStream, users } from './v1/queries.ts'

/** Which version of the read model answers each query, and what the answer depends on. */
export const userQueries = {
  '/me': {
    generation: generationId(users),
    dependsOn: ({ userId }, { stream }) => stream === userStream(userId),
    read: ({ rows, userId }) => readUser(rows, userId),
  },
} satisfies Partial<QueryHandlers>
