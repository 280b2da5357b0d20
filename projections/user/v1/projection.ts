import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { type UserEvent, userEvents } from '../../../domain/user/events.ts'
import { onDay } from '../../engine/daily-counter.ts'
import type { Projection } from '../../engine/projection.ts'

/** The shown state of a person, all of it in the guard's item. After a deletion, only the status is left. */
const userState = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none') }),
  z.strictObject({
    status: z.literal('registered'),
    email: z.string(),
    name: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
  z.strictObject({ status: z.literal('deleted') }),
])

export type UserState = z.infer<typeof userState>

function evolve(state: UserState, event: Recorded<UserEvent>): UserState {
  switch (event.type) {
    case 'UserRegistered': {
      const { email, name } = event.data
      return { status: 'registered', email, name, createdAt: event.at, updatedAt: event.at }
    }
    case 'UserProfileChanged':
      return state.status === 'registered' ? { ...state, name: event.data.name, updatedAt: event.at } : state
    case 'UserDeleted':
      return { status: 'deleted' }
  }
}

export const usersV1: Projection<UserState, UserEvent> = {
  name: 'users',
  version: 1,
  aggregate: 'user',
  events: userEvents,
  state: userState,
  initial: { status: 'none' },
  evolve,
  render: () => [],
  record: (event) => (event.type === 'UserRegistered' ? { counters: [onDay(event.at, { signUps: 1 })] } : {}),
}
