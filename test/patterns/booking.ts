import type { PublishedAggregate } from '../../domain/kernel/decider.ts'
import { Problem, refusal } from '../../domain/kernel/problem.ts'
import { type BookingEvent, bookingEvents, slotMs } from './booking-events.ts'
import { bookingPublication } from './public-events.ts'

export type BookingState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'archived'
      readonly ownerId: string
      readonly name: string
      readonly roomId: string
      readonly startsAt: string
      readonly endsAt: string
      readonly slots: readonly string[]
      /** When its owner is reminded; undefined if no reminder is left. */
      readonly remindAt?: string | undefined
      readonly confirmed: boolean
    }

type Booked = Exclude<BookingState, { status: 'none' }>

/** `now` is the time of the command, in milliseconds since 1970. */
export type BookingCommand = { readonly actorId: string } & (
  | ({ readonly type: 'create-booking'; readonly name: string; readonly roomId: string } & Times)
  | { readonly type: 'rename-booking'; readonly name: string }
  | ({ readonly type: 'move-booking' } & Times)
  | { readonly type: 'archive-booking' }
  | { readonly type: 'remind-booking'; readonly now: number }
  | { readonly type: 'confirm-booking' }
  | { readonly type: 'reject-booking'; readonly reason: string }
)

interface Times {
  readonly startsAt: string
  readonly endsAt: string
  readonly now: number
}

// #region reminder
/** The actor of the commands that the schedule sends. */
export const reminders = 'booking-reminders'
/** How long before a booking its owner is reminded, in milliseconds. */
const remindBeforeMs = 24 * 60 * 60 * 1000
// #endregion reminder

/** The actor of the commands that the payment sends. */
export const payment = 'booking-payment'

// #region slots
/** Maximum length of a booking: a move changes twice as many keys, and one commit may change 99. */
const maxMs = 8 * 60 * 60 * 1000

/** The times of a booking, with a key for each quarter of an hour that it takes in the room. */
function timesOf(roomId: string, { startsAt, endsAt, now }: Times) {
  const [start, end] = [Date.parse(startsAt), Date.parse(endsAt)]
  if (start <= now) throw refusal('booking-past', 'The booking has to begin in the future.')
  if (end <= start || end - start > maxMs)
    throw refusal('booking-length', 'The booking has to end after it begins, within 8 hours.')
  const slots = Array.from({ length: (end - start) / slotMs }, (_, index) => {
    return `${roomId}/${new Date(start + index * slotMs).toISOString()}`
  })
  const remindAt = start - remindBeforeMs
  return {
    startsAt,
    endsAt,
    slots,
    ...(remindAt > now && { remindAt: new Date(remindAt).toISOString() }),
  }
}
// #endregion slots

// #region evolve
function evolve(state: BookingState, event: BookingEvent): BookingState {
  if (event.type === 'BookingCreated') return { status: 'active', ...event.data, confirmed: false }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'BookingRenamed':
      return { ...state, name: event.data.name }
    case 'BookingMoved':
      return { ...state, remindAt: undefined, ...event.data }
    case 'BookingArchived':
    case 'BookingRejected':
      return { ...state, status: 'archived' }
    case 'BookingReminderDue':
    case 'BookingReminderMissed':
      return { ...state, remindAt: undefined }
    case 'BookingConfirmed':
      return { ...state, confirmed: true }
  }
}
// #endregion evolve

function decide(command: BookingCommand, state: BookingState): readonly BookingEvent[] {
  // #region create
  if (command.type === 'create-booking') {
    // The id of a new booking follows from its command, so one that exists can only be a repetition.
    if (state.status !== 'none') return []
    const { actorId: ownerId, name, roomId } = command
    return [{ type: 'BookingCreated', data: { ownerId, name, roomId, ...timesOf(roomId, command) } }]
  }
  // #endregion create
  if (state.status === 'none') throw notFound()
  // No client can send these commands: the contract does not have them.
  if (command.type === 'remind-booking') return remind(command.now, state)
  if (command.type === 'confirm-booking' || command.type === 'reject-booking') return pay(command, state)
  if (state.ownerId !== command.actorId) throw notFound()
  switch (command.type) {
    case 'rename-booking':
      if (state.status === 'archived') throw archived()
      if (state.name === command.name) return []
      return [{ type: 'BookingRenamed', data: { name: command.name } }]
    case 'move-booking':
      if (state.status === 'archived') throw archived()
      if (state.startsAt === command.startsAt && state.endsAt === command.endsAt) return []
      return [{ type: 'BookingMoved', data: timesOf(state.roomId, command) }]
    case 'archive-booking':
      return state.status === 'archived' ? [] : [{ type: 'BookingArchived', data: {} }]
  }
}

// #region remind
/** A reminder is due once. A booking that was archived, moved or reminded since it was listed has nothing due. */
function remind(now: number, { status, remindAt, startsAt }: Booked): readonly BookingEvent[] {
  if (status === 'archived' || remindAt === undefined || now < Date.parse(remindAt)) return []
  const isMissed = now >= Date.parse(startsAt)
  return [{ type: isMissed ? 'BookingReminderMissed' : 'BookingReminderDue', data: {} }]
}
// #endregion remind

// #region pay
/** Records the end of a payment. The first end counts, whichever run of the saga records it. */
function pay(
  command: Extract<BookingCommand, { type: 'confirm-booking' | 'reject-booking' }>,
  { status, confirmed }: Booked,
): readonly BookingEvent[] {
  if (confirmed) return []
  if (command.type === 'confirm-booking') {
    if (status === 'archived') throw archived()
    return [{ type: 'BookingConfirmed', data: {} }]
  }
  return status === 'archived' ? [] : [{ type: 'BookingRejected', data: { reason: command.reason } }]
}
// #endregion pay

function notFound(): Problem {
  return new Problem('not-found', 'There is no such booking, or it is not yours.')
}

function archived(): Problem {
  return refusal('booking-archived', 'The booking is archived: it cannot be changed any more.')
}

export const booking: PublishedAggregate<BookingState, BookingCommand, BookingEvent> = {
  name: 'booking',
  events: bookingEvents,
  publication: bookingPublication,
  fold: 'booking fold 1',
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo: (state, actorId) => state.status !== 'none' && state.ownerId === actorId,
  // #region holds
  holds: (state) => (state.status === 'active' ? state.slots.map((key) => ({ set: 'time-slot', key })) : []),
  taken: () => ({
    code: 'booking-overlaps',
    detail: 'The room is booked at that time. Choose another time.',
  }),
  // #endregion holds
}
