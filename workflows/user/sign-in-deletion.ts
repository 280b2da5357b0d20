import * as z from 'zod/mini'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { personNow } from '../reactions/person.ts'
import type { Reaction } from '../reactions/reaction.ts'

const data = z.object({ userId: z.string().check(z.minLength(1)) })

/** The port to what people sign in with. */
export interface SignIns {
  /** Deletes a person's. `gone`: there was none. */
  delete(userId: string, deadline: Deadline): Promise<'deleted' | 'gone'>
}

export interface SignInPorts {
  readonly store: EventStore
  readonly signIns: SignIns
}

/**
 * Takes the sign-in from a person who has deleted their account, so that the address can sign up anew. There is no
 * way back, so the person's own stream has to say that it is so.
 */
export function signInDeletion({ store, signIns }: SignInPorts): Reaction<z.infer<typeof data>> {
  return {
    name: 'delete-sign-in',
    type: 'UserDeleted',
    schema: 1,
    data,
    async react({ data: { userId } }, deadline) {
      const { status } = await personNow(store, userId, deadline)
      return status === 'deleted' ? signIns.delete(userId, deadline) : 'not-deleted'
    },
  }
}
