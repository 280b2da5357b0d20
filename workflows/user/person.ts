import { stateNow } from '../../commands/execution/current-state.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { type UserState, user } from '../../domain/user/user.ts'

/** Returns the current state of a person, from their own stream. */
export async function personNow(store: EventStore, userId: string, deadline: Deadline): Promise<UserState> {
  return (await stateNow(user, userId, store, deadline)).state
}
