import { streamName } from '../../domain/kernel/stream.ts'
import { monthAt } from '../../domain/subscription/months.ts'
import { type SubscriptionCommand, subscription } from '../../domain/subscription/subscription.ts'
import { execute } from '../execution/execute.ts'
import type { HandlersOf, Target } from '../http/handler-types.ts'
import type { subscriptionContract } from './contract.ts'

/** Sends a command to the person's own subscription. A client cannot name another one. */
function onSubscription(command: SubscriptionCommand): Target {
  const id = command.actorId
  const stream = streamName(subscription.name, id)
  return {
    id,
    stream,
    execute: (ids, options) => execute(subscription, { ...ids, stream, command }, options),
  }
}

/** Turns the body of each subscription command into a command on the person's subscription. */
export const subscriptionHandlers: HandlersOf<typeof subscriptionContract> = {
  'change-plan': ({ plan }, { actorId, now }) =>
    onSubscription({ type: 'change-plan', actorId, plan, month: monthAt(now) }),
  'cancel-subscription': (_body, { actorId, now }) =>
    onSubscription({ type: 'cancel-subscription', actorId, month: monthAt(now) }),
}
