import type { Deadline, EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type UserState, user } from '../../domain/user/user.ts'

/** A person as they are now, from their own stream. */
export async function personNow(store: EventStore, userId: string, deadline: Deadline): Promise<UserState> {
  const { commits } = await store.load(streamName(user.name, userId), deadline)
  const events = commits.flatMap((commit) => [...user.events.decodeCommit(commit)])
  return events.reduce<UserState>(user.evolve, user.initial)
}
