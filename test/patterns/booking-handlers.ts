import { execute } from '../../commands/execution/execute.ts'
import type { HandlersOf, Target } from '../../commands/http/handler-types.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type BookingCommand, booking } from './booking.ts'
import type { bookingContract } from './booking-contract.ts'

function onBooking(id: string, command: BookingCommand): Target {
  const stream = streamName(booking.name, id)
  return { id, stream, execute: (ids, options) => execute(booking, { ...ids, stream, command }, options) }
}

/** Turns the body of each booking command into a command on a stream. */
export const bookingHandlers: HandlersOf<typeof bookingContract> = {
  // #region handlers
  'create-booking': ({ name, roomId, startsAt, endsAt }, { actorId, createdId, now }) =>
    onBooking(createdId, { type: 'create-booking', actorId, name, roomId, startsAt, endsAt, now }),
  // #endregion handlers
  'rename-booking': ({ bookingId, name }, { actorId }) =>
    onBooking(bookingId, { type: 'rename-booking', actorId, name }),
  'move-booking': ({ bookingId, startsAt, endsAt }, { actorId, now }) =>
    onBooking(bookingId, { type: 'move-booking', actorId, startsAt, endsAt, now }),
  'archive-booking': ({ bookingId }, { actorId }) =>
    onBooking(bookingId, { type: 'archive-booking', actorId }),
}
