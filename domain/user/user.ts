import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { accountDeleted, Problem, refusal } from '../kernel/problem.ts'
import type { Reservation } from '../kernel/reservation.ts'
import { normalAddress, type UserEvent, userEvents } from './events.ts'
import { userPublication } from './public-events.ts'

/** A person's account, in the stream `user-<sub>`. `sub` is Cognito's id of the person. */
export type UserState =
  | { readonly status: 'none' }
  | {
      readonly status: 'registered'
      readonly email: string
      readonly emailKey: string
      readonly name: string
    }
  | { readonly status: 'deleted' }

export type UserCommand = { readonly actorId: string } & (
  | { readonly type: 'register-user'; readonly email: string; readonly name: string }
  | { readonly type: 'change-profile'; readonly name: string }
  | {
      readonly type: 'delete-account'
      /**
       * A hold on the account at the time when the command was prepared, if any. A later hold does not prevent the
       * deletion. This is acceptable for a shared project, because it stays usable without its owner.
       */
      readonly hold: DeletionHold | undefined
    }
)

/** A reason why an account cannot be deleted: the code of the rule, and advice to the person. */
export interface DeletionHold {
  readonly rule: string
  readonly detail: string
}

/** The key that a person with this address reserves. */
export function emailReservation(email: string): Reservation {
  return { set: 'email', key: normalAddress(email) }
}

/**
 * The keys to try, in this order, to find the holder of an address. The second one follows an older rule, from before
 * `normalAddress`. Accounts from that time keep the key that their events contain.
 */
export function emailKeys(email: string): readonly Reservation[] {
  const current = emailReservation(email)
  const earlier = email.trim().normalize('NFC').toLowerCase()
  return earlier === current.key ? [current] : [current, { set: current.set, key: earlier }]
}

function evolve(state: UserState, event: UserEvent): UserState {
  switch (event.type) {
    case 'UserRegistered':
      return { status: 'registered', ...event.data }
    case 'UserProfileChanged':
      return state.status === 'registered' ? { ...state, name: event.data.name } : state
    case 'UserDeleted':
      return { status: 'deleted' }
  }
}

function decide(command: UserCommand, state: UserState): readonly UserEvent[] {
  if (state.status === 'deleted') {
    if (command.type === 'delete-account') return []
    throw accountDeleted()
  }
  if (command.type === 'register-user') {
    if (state.status === 'registered') return []
    const { email, name } = command
    return [{ type: 'UserRegistered', data: { email, emailKey: emailReservation(email).key, name } }]
  }
  if (state.status === 'none') throw new Problem('not-found', 'You are not registered yet.')
  switch (command.type) {
    case 'change-profile':
      if (state.name === command.name) return []
      return [{ type: 'UserProfileChanged', data: { name: command.name } }]
    case 'delete-account':
      if (command.hold !== undefined) throw refusal(command.hold.rule, command.hold.detail)
      return [{ type: 'UserDeleted', data: {} }]
  }
}

export const user: PublishedAggregate<UserState, UserCommand, UserEvent> = {
  name: 'user',
  events: userEvents,
  publication: userPublication,
  fold: folds.user,
  initial: { status: 'none' },
  evolve,
  decide,
  // These commands are always sent to the actor's own stream, so the actor may know it.
  knownTo: (state) => state.status !== 'none',
  holds: (state) => (state.status === 'registered' ? [{ set: 'email', key: state.emailKey }] : []),
  taken: () => ({ code: 'email-taken', detail: 'This email address is already in use. Choose another.' }),
}
