import * as z from 'zod/mini'
import type { Accounts } from '../query/accounts.ts'
import { usersV1 } from './v1/projection.ts'
import { userStream } from './v1/queries.ts'

/** The part of a state that every version of `users` has. */
const anyUser = z.object({ status: z.enum(['none', 'registered', 'deleted']) })

/** Finds the status of accounts in the read model of people. */
export const accounts: Accounts = {
  projection: usersV1.name,
  streamOf: userStream,
  statusOf(state) {
    const { status } = anyUser.parse(state)
    return { status: status === 'none' ? 'unknown' : status }
  },
}
