import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { ReactionResource, ReactionRow } from '../../../workflows/reactions/reaction-row.ts'
import type { Stage } from '../../stages/read-stage.ts'
import { addFailureQueue, alarmOnFailures, retryThenKeep } from './failure-queue.ts'
import { addFunction, allow } from './lambda-function.ts'
import { addRule, letRuleSend, type NamedRule } from './rule.ts'
import { keep, type Stored, tableSettings } from './stored.ts'

/** A resource that a reaction may call, and the variables that name it. */
export interface CallableResource {
  readonly arn: string
  readonly environment: Readonly<Record<string, string>>
}

/** The resources that every reaction needs. */
export interface Reacting {
  readonly bundles: string
  readonly stage: Stage
  readonly bus: EventBus
  readonly eventStore: TableV2
  readonly handled: TableV2
  readonly resources: Readonly<Record<ReactionResource, CallableResource>>
}

/**
 * The events that reactions have handled, so that an event that comes again is not handled again. An entry expires by
 * itself, long after the last repetition. The table is kept: without it, a service stack that is deployed again repeats a
 * day of mail.
 */
export function addHandledEvents(scope: Construct, { stage }: Stored): TableV2 {
  return new TableV2(scope, 'HandledEvents', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiration',
    ...tableSettings(stage),
    removalPolicy: keep,
  })
}

/** For each reaction the queue of events that it failed at in every try. */
export type ReactionFailures = ReadonlyMap<ReactionRow, Queue>

export function addReactionFailures(
  scope: Construct,
  stage: Stage,
  bus: EventBus,
  rows: readonly ReactionRow[],
): ReactionFailures {
  return new Map(
    rows.map((row) => {
      const queue = addFailureQueue(scope, `${idOf(row)}Failures`)
      letRuleSend(queue, ruleOf(row, stage, bus))
      return [row, queue]
    }),
  )
}

function ruleOf({ name }: ReactionRow, stage: Stage, bus: EventBus): NamedRule {
  // The two types differ in how an optional property is written.
  return { stage, name, bus: bus as IEventBus }
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
  { bundles, stage, bus, eventStore, handled, resources }: Reacting,
): LambdaFunction {
  const id = idOf(row)
  const reaction = addFunction(scope, id, {
    name: row.name,
    bundles,
    stage,
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
  alarmOnFailures(
    scope,
    queue,
    `A reaction to ${row.eventTypes.join(' or ')} failed in every try. The queue holds the event.`,
  )
  // For events that the function was invoked with and failed at.
  retryThenKeep(reaction, queue)
  const rule = addRule(scope, `${id}Rule`, {
    ...ruleOf(row, stage, bus),
    pattern: {
      source: ['annals'],
      detailType: [...row.eventTypes],
      // The next schema is a change of the reaction, too.
      detail: { schema: [row.schema] },
    },
    target: { arn: reaction.functionArn },
    // For events that the function could not be invoked with.
    failures: queue,
  })
  reaction.addPermission('Invocation', {
    principal: new ServicePrincipal('events.amazonaws.com'),
    sourceArn: rule.attrArn,
  })
  return reaction
}

/** `welcome-email` has the logical id `WelcomeEmail`. */
function idOf({ name }: ReactionRow): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
