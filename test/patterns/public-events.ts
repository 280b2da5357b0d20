import * as z from 'zod/mini'
import { publication } from '../../domain/kernel/publication.ts'
import { bookingEvents } from './booking-events.ts'

// #region publication
const id = z.string()
const times = { startsAt: z.iso.datetime(), endsAt: z.iso.datetime() }
const ids = { bookingId: '1', ownerId: 'ann', roomId: 'blue' }
const example = { ...ids, startsAt: '2026-12-01T09:00:00.000Z', endsAt: '2026-12-01T10:00:00.000Z' }

/** Which events of bookings other services and reactions receive. */
export const bookingPublication = publication(bookingEvents, {
  BookingCreated: {
    schema: 1,
    description: 'A person booked a room.',
    data: z.object({ bookingId: id, ownerId: id, roomId: id, ...times }),
    from: ({ id, data: { ownerId, roomId, startsAt, endsAt } }) => ({
      bookingId: id,
      ownerId,
      roomId,
      startsAt,
      endsAt,
    }),
    example,
  },
  BookingReminderDue: {
    schema: 1,
    description: 'A booking begins soon. Remind its owner.',
    data: z.object({ bookingId: id }),
    from: ({ id }) => ({ bookingId: id }),
    example: { bookingId: '1' },
  },
  BookingReminderMissed: { private: 'Nobody is reminded of a booking that has begun.' },
  // #endregion publication
  BookingRenamed: { private: 'A name is free text, and no other service depends on it so far.' },
  BookingMoved: { private: 'Nothing outside depends on it so far.' },
  BookingArchived: { private: 'Nothing outside depends on it so far.' },
  BookingConfirmed: { private: 'Nothing outside depends on it so far.' },
  BookingRejected: { private: 'Nothing outside depends on it so far.' },
})
