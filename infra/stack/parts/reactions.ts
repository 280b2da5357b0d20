import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './failure-queue.ts'
import { addFunction, allow, type FunctionOptions } from './lambda-function.ts'

export interface ReactionOptions extends Pick<FunctionOptions, 'name' | 'bundles' | 'environment'> {
  /** The type of event that it reacts to, or several. */
  readonly eventType: string | readonly string[]
  readonly bus: EventBus
  readonly eventStore: TableV2
  readonly handled: TableV2
}

/**
 * What the reactions have done already, so that an event that comes again does nothing again. An entry expires by
 * itself, long after the last repetition.
 */
export function addHandledEvents(scope: Construct): TableV2 {
  return new TableV2(scope, 'HandledEvents', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiration',
    billing: Billing.onDemand(),
    removalPolicy: RemovalPolicy.DESTROY,
  })
}

/**
 * A function that reacts to events. What fails is tried again for hours, and then waits in a queue of
 * its own for somebody to look at it, with an alarm; nothing is dropped in silence.
 */
export function addReaction(scope: Construct, id: string, o: ReactionOptions): LambdaFunction {
  const reaction = addFunction(scope, id, {
    name: o.name,
    bundles: o.bundles,
    memoryMb: 512,
    timeoutSeconds: 30,
    environment: {
      EVENT_STORE_TABLE: o.eventStore.tableName,
      IDEMPOTENCY_TABLE: o.handled.tableName,
      ...o.environment,
    },
  })
  allow(reaction, o.eventStore.tableArn, ['Query'])
  allow(reaction, o.handled.tableArn, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'])

  const types = [o.eventType].flat()
  const queue = addFailureQueue(scope, `${id}Failures`)
  alarmOnFailures(queue, `A reaction to ${types.join(' or ')} failed for good. The queue holds the event.`)
  // The function was invoked and failed.
  retryThenKeep(reaction, queue)
  // It could not be invoked.
  new Rule(scope, `${id}Rule`, {
    // The two differ in how an optional property is written.
    eventBus: o.bus as IEventBus,
    // Of the public schema that it knows: the next one is a change of the function, too.
    eventPattern: { source: ['annals'], detailType: types, detail: { schema: [1] } },
    targets: [new LambdaTarget(reaction, { deadLetterQueue: queue })],
  })
  return reaction
}
