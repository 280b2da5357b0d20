import type { ItemOf } from '../../../commands/http/contract-types.ts'
import type { userContract } from '../../../commands/user/contract.ts'
import type { Cost } from '../../../domain/kernel/cost.ts'
import { accountDeleted, Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { parseState } from '../../engine/catch-up.ts'
import { guardKey } from '../../engine/projection.ts'
import type { RowStore } from '../../engine/row-store.ts'
import { usersV1 } from './projection.ts'

export function userStream(userId: string) {
  return streamName(usersV1.aggregate, userId)
}

/**
 * Reads one person, by the key of their guard in a generation. Throws `not-found`, and `account-deleted` for a deleted
 * account.
 */
export async function readUser(
  rows: RowStore,
  generation: string,
  userId: string,
): Promise<{ item: ItemOf<typeof userContract, '/me'>; cost: Cost }> {
  const { guard, cost } = await rows.readGuard(guardKey(generation, userStream(userId)))
  const state = guard === undefined ? usersV1.initial : parseState(usersV1, guard.state)
  if (state.status === 'deleted') throw accountDeleted()
  if (guard === undefined || state.status === 'none')
    throw new Problem('not-found', 'You are not registered yet.')
  const { email, name, createdAt, updatedAt } = state
  return { item: { id: userId, version: guard.version, email, name, createdAt, updatedAt }, cost }
}

/** Reads the names of up to 100 people, in the requested order. The name of a deleted account is empty. */
export async function readNames(
  rows: RowStore,
  generation: string,
  userIds: readonly string[],
): Promise<{ names: string[]; cost: Cost }> {
  const keys = userIds.map((userId) => guardKey(generation, userStream(userId)))
  const { guards, cost } = await rows.readGuards(keys)
  const names = guards.map((guard) => {
    const state = guard === undefined ? usersV1.initial : parseState(usersV1, guard.state)
    return state.status === 'registered' ? state.name : ''
  })
  return { names, cost }
}
