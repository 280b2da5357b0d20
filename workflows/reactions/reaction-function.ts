import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { createDynamoHandledEvents } from './dynamo-handled-events.ts'
import { type Reaction, reactionHandler } from './reaction.ts'

/** The ports of every reaction's function. */
export interface ReactionFunctionPorts {
  readonly store: EventStore
  readonly clock: Clock
}

/** Makes the Lambda handler of a reaction from the environment of its function. */
export function reactionFunction<Data>(reactionWith: (ports: ReactionFunctionPorts) => Reaction<Data>) {
  return reactionHandler(reactionWith({ store: eventStoreFromEnvironment(), clock }), {
    handled: createDynamoHandledEvents(environment('IDEMPOTENCY_TABLE')),
    clock,
    logger: new Logger(),
    measure: createMeasure(),
  })
}
