import type { EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { user } from '../../domain/user/user.ts'
import { stateAfter } from '../execution/cached-state.ts'
import type { AccessPorts } from '../http/access.ts'

/** Reads the status of an account from its stream. */
export function accountStatusFrom(store: Pick<EventStore, 'load'>): AccessPorts['accountStatusOf'] {
  return async ({ userId, deadline }) => {
    const loaded = await store.load(streamName(user.name, userId), deadline, { fold: user.fold })
    const { commits, cost } = loaded
    const { status } = stateAfter(user, user.initial, loaded)
    switch (status) {
      case 'none':
        return { accountStatus: { status: 'unknown' }, cost }
      case 'registered':
        return { accountStatus: { status }, cost }
      case 'deleted':
        return { accountStatus: { status, by: commits.at(-1)?.commandId }, cost }
    }
  }
}
