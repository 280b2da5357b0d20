import { stateAfter } from '../../commands/seen.ts'
import type { Deadline, EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type UserState, user } from '../../domain/user/user.ts'

/** A person as they are now, from their own stream. */
export async function personNow(store: EventStore, userId: string, deadline: Deadline): Promise<UserState> {
  const loaded = await store.load(streamName(user.name, userId), deadline, { fold: user.fold })
  return stateAfter(user, user.initial, loaded)
}
