import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../../domain/kernel/codec.ts'
import { text } from '../../domain/kernel/text.ts'

export const bookingName = text({ min: 1, max: 200 }).check(z.describe('1 to 200 characters'))

// #region times
/** Bookings begin and end on a quarter of an hour in UTC. */
export const slotMs = 15 * 60 * 1000

export const quarter = z.iso.datetime({ precision: 3 }).check(
  z.refine((at) => Date.parse(at) % slotMs === 0, 'Not on a quarter of an hour.'),
  z.meta({ examples: ['2026-12-01T09:15:00.000Z'] }),
)

/** The keys in `slots` and the moment `remindAt` are stored as they were when the rules of that day made them. */
const time = {
  startsAt: z.string(),
  endsAt: z.string(),
  slots: z.array(z.string()),
  remindAt: z.optional(z.string()),
}
// #endregion times

const definitions = {
  // #region created
  BookingCreated: {
    schema: 1,
    data: z.strictObject({ ownerId: z.string(), name: z.string(), roomId: z.string(), ...time }),
  },
  // #endregion created
  BookingRenamed: { schema: 1, data: z.strictObject({ name: z.string() }) },
  BookingMoved: { schema: 1, data: z.strictObject(time) },
  BookingArchived: { schema: 1, data: z.strictObject({}) },
  // #region reminder
  BookingReminderDue: { schema: 1, data: z.strictObject({}) },
  /** The reminder became due, and nobody looked until the booking began. */
  BookingReminderMissed: { schema: 1, data: z.strictObject({}) },
  // #endregion reminder
  // #region payment
  BookingConfirmed: { schema: 1, data: z.strictObject({}) },
  BookingRejected: { schema: 1, data: z.strictObject({ reason: z.string() }) },
  // #endregion payment
} as const satisfies EventDefinitions

export type BookingEvent = EventOf<typeof definitions>

export const bookingEvents = codec(definitions)
