import * as z from 'zod/mini'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { monthAt } from '../../domain/subscription/months.ts'
import { billing, subscription } from '../../domain/subscription/subscription.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { personNow } from '../user/person.ts'
import { endSubscription } from './reactions.ts'

const data = z.object({ userId: z.string().check(z.minLength(1)) })

export interface SubscriptionEndPorts {
  readonly store: EventStore
  readonly clock: Clock
}

/**
 * Ends the plan of a person who has deleted their account. The plan ends in the month of the deletion, even if the
 * event arrives later. The person's own stream must confirm that the account is deleted.
 */
export function subscriptionEnd({ store, clock }: SubscriptionEndPorts): Reaction<z.infer<typeof data>> {
  return {
    row: endSubscription,
    data,
    async react({ id, at, correlationId, data: { userId } }, deadline) {
      const { status } = await personNow(store, userId, deadline)
      if (status !== 'deleted') return 'not-deleted'
      const month = monthAt(Date.parse(at))
      const { events } = await execute(
        subscription,
        {
          stream: streamName(subscription.name, userId),
          command: { type: 'cancel-subscription', actorId: billing, month },
          commandId: commandIdOf(billing, 'cancel-subscription', id),
          digest: digestOf({}),
          correlationId,
          causationId: id,
        },
        { store, clock, deadline },
      )
      return events.length > 0 ? 'ended' : 'nothing-to-end'
    },
  }
}
