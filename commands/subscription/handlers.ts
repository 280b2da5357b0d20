import { streamName } from '../../domain/kernel/stream.ts'
import { monthAt } from '../../domain/subscription/months.ts'
import { type SubscriptionCommand, subscription } from '../../domain/subscription/subscription.ts'
import { execute } from '../execution/execute.ts'
import type { CommandHandlers } from '../handlers.ts'
import type { Target } from '../http/command-handler-types.ts'

/** A person's commands on what they pay for: nobody can name another's. */
function onSubscription(command: SubscriptionCommand): Target {
  const id = command.actorId
  const stream = streamName(subscription.name, id)
  return {
    id,
    stream,
    execute: (ids, options) => execute(subscription, { ...ids, stream, command }, options),
  }
}

/** How the body of each command on a subscription becomes a command on its stream. */
export const subscriptionCommands = {
  'change-plan': ({ plan }, { actorId, now }) =>
    onSubscription({ type: 'change-plan', actorId, plan, month: monthAt(now) }),
  'cancel-subscription': (_body, { actorId, now }) =>
    onSubscription({ type: 'cancel-subscription', actorId, month: monthAt(now) }),
} satisfies Partial<CommandHandlers>
