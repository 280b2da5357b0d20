import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { createDynamoHandledEvents } from './dynamo-handled-events.ts'
import { type Reaction, type ReactionPorts, reactionHandler } from './reaction.ts'
import { type EventHandler, reactionQueueHandler } from './reaction-queue.ts'
import { createSqsPostponing } from './sqs-postponing.ts'

/** The ports that the function of every reaction has. */
export interface ReactionFunctionPorts {
  readonly store: EventStore
  readonly clock: Clock
}

/** Makes the Lambda handler of a reaction from the environment of its function. */
export function reactionFunction<Data>(reactionWith: (ports: ReactionFunctionPorts) => Reaction<Data>) {
  return queueFunction((ports, reactionPorts) => reactionHandler(reactionWith(ports), reactionPorts))
}

/** Makes the Lambda handler of a queue of events from the environment of its function. */
export function queueFunction(
  handlerWith: (ports: ReactionFunctionPorts, reactionPorts: ReactionPorts) => EventHandler,
  pace: () => Promise<void> = async () => {},
) {
  const logger = new Logger()
  const handled = createDynamoHandledEvents(environment('IDEMPOTENCY_TABLE'))
  const handle = handlerWith(
    { store: eventStoreFromEnvironment(), clock },
    { handled, clock, logger, measure: createMeasure() },
  )
  return reactionQueueHandler(handle, {
    postpone: createSqsPostponing(environment('QUEUE_URL')),
    pace,
    random: Math.random,
    maxReceives: Number(environment('MAX_RECEIVES')),
    logger,
  })
}
