import * as z from 'zod/mini'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { personNow } from './person.ts'
import { deleteSignIn } from './reactions.ts'

const data = z.object({ userId: z.string().check(z.minLength(1)) })

/** The port to the sign-ins of people. */
export interface SignIns {
  /** Deletes a person's sign-in. `gone` means that there was none. */
  delete(userId: string, deadline: Deadline): Promise<'deleted' | 'gone'>
}

export interface SignInPorts {
  readonly store: EventStore
  readonly signIns: SignIns
}

/**
 * Deletes the sign-in of a person who has deleted their account, so that the address can sign up again. This cannot be
 * undone. The person's own stream must therefore confirm that the account is deleted.
 */
export function signInDeletion({ store, signIns }: SignInPorts): Reaction<z.infer<typeof data>> {
  return {
    row: deleteSignIn,
    data,
    async react({ data: { userId } }, deadline) {
      const { status } = await personNow(store, userId, deadline)
      return status === 'deleted' ? signIns.delete(userId, deadline) : 'not-deleted'
    },
  }
}
