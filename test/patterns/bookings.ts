import * as z from 'zod/mini'
import type { Recorded } from '../../domain/kernel/event.ts'
import { shardOf } from '../../projections/engine/counters.ts'
import { onDay } from '../../projections/engine/daily-counter.ts'
import type { Contribution, Counter, Projection, Row } from '../../projections/engine/projection.ts'
import { type BookingEvent, bookingEvents } from './booking-events.ts'

const bookingState = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false) }),
  z.strictObject({
    exists: z.literal(true),
    ownerId: z.string(),
    name: z.string(),
    roomId: z.string(),
    startsAt: z.string(),
    endsAt: z.string(),
    remindAt: z.optional(z.string()),
    confirmed: z.boolean(),
    archived: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
])

export type BookingState = z.infer<typeof bookingState>

function evolve(state: BookingState, event: Recorded<BookingEvent>): BookingState {
  if (event.type === 'BookingCreated') {
    const { slots: _, ...shown } = event.data
    const [createdAt, updatedAt] = [event.at, event.at]
    return { exists: true, ...shown, confirmed: false, archived: false, createdAt, updatedAt }
  }
  if (!state.exists) return state
  const updated = { ...state, updatedAt: event.at }
  const { remindAt: _, ...unreminded } = updated
  switch (event.type) {
    case 'BookingRenamed':
      return { ...updated, name: event.data.name }
    case 'BookingMoved': {
      const { slots: _, ...shown } = event.data
      return { ...unreminded, ...shown }
    }
    case 'BookingArchived':
    case 'BookingRejected':
      return { ...updated, archived: true }
    case 'BookingReminderDue':
    case 'BookingReminderMissed':
      return unreminded
    case 'BookingConfirmed':
      return { ...updated, confirmed: true }
  }
}

// #region rows
/** A row in the room's list and one among the reminders, for as long as there is something to find there. */
function render(state: BookingState, id: string): readonly Row[] {
  if (!state.exists) return []
  const mine: Row = { partition: bookingsOf(state.ownerId), sort: state.createdAt, data: {} }
  if (state.archived) return [mine]
  const { roomId, startsAt, endsAt, remindAt } = state
  const inRoom: Row = { partition: roomOf(roomId), sort: startsAt, data: { startsAt, endsAt } }
  if (remindAt === undefined) return [mine, inRoom]
  return [mine, inRoom, { partition: dueReminders(shardOf(id, reminderShards)), sort: remindAt, data: {} }]
}
// #endregion rows

// #region count
/** How many bookings a room has on a day. An archived booking is taken back, and a moved one counts on its new day. */
function count(state: BookingState): readonly Counter[] {
  if (!state.exists || state.archived) return []
  const day = state.startsAt.slice(0, 'YYYY-MM-DD'.length)
  return [{ partition: daysOf(state.roomId), sort: day, amounts: { bookings: 1 } }]
}
// #endregion count

// #region record
/** How many bookings were made on a day, whatever becomes of them. */
function record(event: Recorded<BookingEvent>): Contribution {
  return event.type === 'BookingCreated' ? { counters: [onDay(event.at, { bookings: 1 })] } : {}
}
// #endregion record

/** The partition of a person's list of bookings. */
export function bookingsOf(userId: string): string {
  return `bookings-of#${userId}`
}

// #region partitions
/** The partition of a room's bookings, by the time at which they begin. */
export function roomOf(roomId: string): string {
  return `bookings-in#${roomId}`
}

/** The partition of a room's counters, by day. */
export function daysOf(roomId: string): string {
  return `days-of#${roomId}`
}
// #endregion partitions

// #region reminder-shards
/** Reminders are spread over this many partitions: a single one would take the writes of all bookings. */
export const reminderShards = 8

/** A partition of the bookings whose reminder is still to come, by the time at which it is due. */
export function dueReminders(shard: number): string {
  return `due-reminders#${shard}`
}
// #endregion reminder-shards

export const bookingsV1: Projection<BookingState, BookingEvent> = {
  name: 'bookings',
  version: 1,
  aggregate: 'booking',
  events: bookingEvents,
  state: bookingState,
  initial: { exists: false },
  evolve,
  render,
  count,
  record,
}
