import * as z from 'zod/mini'
import { idLike, idOf, itemFields, timestamp } from '../../commands/http/contract-fields.ts'
import type { FeatureContract } from '../../commands/http/contract-types.ts'
import { bookingName, quarter } from './booking-events.ts'

const bookingId = idOf('Id of the booking, as `create-booking` returned it')
const times = { startsAt: quarter, endsAt: quarter }

const item = z.strictObject({
  ...itemFields,
  name: z.string(),
  roomId: idLike,
  startsAt: timestamp,
  endsAt: timestamp,
  confirmed: z.boolean(),
  archived: z.boolean(),
})

/** The commands and queries of bookings. No client sends the commands of the reminders and of the payment. */
export const bookingContract = {
  commands: {
    // #region create
    'create-booking': {
      summary: 'Book a room',
      creates: true,
      body: z.strictObject({ name: bookingName, roomId: idOf('Id of the room'), ...times }),
    },
    // #endregion create
    'rename-booking': {
      summary: 'Change the name of a booking',
      creates: false,
      body: z.strictObject({ bookingId, name: bookingName }),
    },
    'move-booking': {
      summary: 'Move a booking to another time',
      creates: false,
      body: z.strictObject({ bookingId, ...times }),
    },
    'archive-booking': {
      summary: 'Release the room',
      creates: false,
      body: z.strictObject({ bookingId }),
    },
  },
  queries: {
    '/bookings/{bookingId}': { summary: 'One of your bookings', kind: 'one', item },
    '/me/bookings': { summary: 'Your bookings, newest first', kind: 'many', item },
    // #region room-list
    '/rooms/{roomId}/bookings': {
      summary: 'The times at which a room is booked from now on, the next one first',
      kind: 'many',
      item: z.strictObject({ startsAt: timestamp, endsAt: timestamp }),
    },
    // #endregion room-list
    // #region room-days
    '/rooms/{roomId}/days': {
      summary: 'How many bookings a room has on each day, from today on',
      kind: 'many',
      item: z.strictObject({ day: z.iso.date(), bookings: z.int() }),
    },
    // #endregion room-days
  },
} as const satisfies FeatureContract
