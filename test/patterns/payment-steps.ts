import * as z from 'zod/mini'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { stateNow } from '../../commands/execution/current-state.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type BookingCommand, booking, payment } from './booking.ts'
import type { Payments } from './payments.ts'

/** The deposit of a booking, in cents. */
const deposit = 1000

export const stepInput = z.object({
  step: z.enum(['charge', 'confirm', 'reject', 'refund']),
  bookingId: z.string().check(z.minLength(1)),
  reason: z.string(),
})

/** `done` lets the machine continue with its next step. Any other outcome makes it undo the steps. */
export interface StepOutcome {
  readonly outcome: 'done' | 'not-done'
}

export interface PaymentPorts {
  readonly store: EventStore
  readonly payments: Payments
  readonly clock: Clock
}

/** Makes the function that does one step. A step that throws is tried again. */
export function paymentSteps({ store, payments, clock }: PaymentPorts) {
  return async (
    { step, bookingId, reason }: z.infer<typeof stepInput>,
    deadline: Deadline,
  ): Promise<StepOutcome> => {
    // #region confirm
    const send = (command: BookingCommand) =>
      execute(
        booking,
        {
          stream: streamName(booking.name, bookingId),
          command,
          // The same in every run: the first run that records an end has recorded it for all.
          commandId: commandIdOf(payment, command.type, bookingId),
          digest: digestOf({ bookingId }),
          correlationId: bookingId,
          causationId: bookingId,
        },
        { store, clock, deadline },
      )
    // #endregion confirm
    const now = async () => (await stateNow(booking, bookingId, store, deadline)).state

    switch (step) {
      case 'charge': {
        if ((await now()).status !== 'active') return { outcome: 'not-done' }
        const result = await payments.charge(bookingId, deposit, deadline)
        return { outcome: result === 'charged' ? 'done' : 'not-done' }
      }
      case 'confirm':
        return send({ type: 'confirm-booking', actorId: payment }).then(
          () => ({ outcome: 'done' }),
          (error: unknown) => {
            if (error instanceof Problem && error.code === 'refused') return { outcome: 'not-done' }
            throw error
          },
        )
      case 'reject': {
        await send({ type: 'reject-booking', actorId: payment, reason })
        const state = await now()
        return { outcome: state.status !== 'none' && state.confirmed ? 'not-done' : 'done' }
      }
      case 'refund':
        await payments.refund(bookingId, deadline)
        return { outcome: 'done' }
    }
  }
}
