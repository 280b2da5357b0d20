import * as z from 'zod/mini'
import { stateNow } from '../../commands/execution/current-state.ts'
import { type MailPorts, mailTo } from '../../workflows/reactions/mailer.ts'
import type { Reaction } from '../../workflows/reactions/reaction.ts'
import { booking } from './booking.ts'
import { bookingReminderEmail } from './booking-reactions.ts'

// #region mail
const data = z.object({ bookingId: z.string().check(z.minLength(1)) })

/** Reminds the owner of a booking, unless it was archived or has begun meanwhile. */
export function bookingReminderEmailReaction(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: bookingReminderEmail,
    data,
    async react(event, deadline) {
      const { state } = await stateNow(booking, event.data.bookingId, ports.store, deadline)
      if (state.status !== 'active') return 'archived'
      if (ports.clock.now() >= Date.parse(state.startsAt)) return 'begun'
      const write = ({ name }: { readonly name: string }) => ({
        subject: `Your booking at ${state.startsAt}`,
        text: `Hello ${name},\n\nYour booking of the room ${state.roomId} begins at ${state.startsAt}.\n`,
      })
      return mailTo(state.ownerId, event, write, ports, deadline)
    },
  }
}
// #endregion mail
