import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { ReactionResource, ReactionRow } from '../../../workflows/reactions/reaction-row.ts'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './failure-queue.ts'
import { addFunction, allow } from './lambda-function.ts'

/** A resource that a reaction may call, and the variables that name it. */
export interface CallableResource {
  readonly arn: string
  readonly environment: Readonly<Record<string, string>>
}

/** The resources that every reaction needs. */
export interface Reacting {
  readonly bundles: string
  readonly bus: EventBus
  readonly eventStore: TableV2
  readonly handled: TableV2
  readonly resources: Readonly<Record<ReactionResource, CallableResource>>
}

/**
 * The events that reactions have handled, so that an event that comes again is not handled again. An entry expires by
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

/** For each reaction the queue of events that it failed at in every try, with an alarm. Nothing is dropped in silence. */
export type ReactionFailures = ReadonlyMap<ReactionRow, Queue>

export function addReactionFailures(scope: Construct, rows: readonly ReactionRow[]): ReactionFailures {
  return new Map(rows.map((row) => [row, addQueue(scope, row)]))
}

function addQueue(scope: Construct, row: ReactionRow): Queue {
  const queue = addFailureQueue(scope, `${idOf(row)}Failures`)
  alarmOnFailures(
    queue,
    `A reaction to ${row.eventTypes.join(' or ')} failed in every try. The queue holds the event.`,
  )
  return queue
}

/** The functions of the reactions, and the rules that invoke them. Lambda tries a failed reaction again for hours. */
export function addReactions(
  scope: Construct,
  failures: ReactionFailures,
  reacting: Reacting,
): readonly LambdaFunction[] {
  return [...failures].map(([row, queue]) => addReaction(scope, row, queue, reacting))
}

function addReaction(
  scope: Construct,
  row: ReactionRow,
  queue: Queue,
  { bundles, bus, eventStore, handled, resources }: Reacting,
): LambdaFunction {
  const id = idOf(row)
  const reaction = addFunction(scope, id, {
    name: row.name,
    bundles,
    memoryMb: 512,
    timeoutSeconds: 30,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, IDEMPOTENCY_TABLE: handled.tableName },
  })
  allow(reaction, eventStore.tableArn, ['Query'])
  allow(reaction, handled.tableArn, ['PutItem', 'UpdateItem', 'DeleteItem'])
  for (const { resource, actions } of row.calls) {
    const { arn, environment } = resources[resource]
    reaction.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [arn] }))
    for (const [name, value] of Object.entries(environment)) reaction.addEnvironment(name, value)
  }
  // For events that the function was invoked with and failed at.
  retryThenKeep(reaction, queue)
  new Rule(scope, `${id}Rule`, {
    // The two types differ in how an optional property is written.
    eventBus: bus as IEventBus,
    eventPattern: {
      source: ['annals'],
      detailType: [...row.eventTypes],
      // The next schema is a change of the reaction, too.
      detail: { schema: [row.schema] },
    },
    // The queue is for events that the function could not be invoked with.
    targets: [new LambdaTarget(reaction, { deadLetterQueue: queue })],
  })
  return reaction
}

/** `welcome-email` has the logical id `WelcomeEmail`. */
function idOf({ name }: ReactionRow): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
