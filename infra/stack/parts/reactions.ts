import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import {
  type ReactionResource,
  type ReactionRow,
  schemasOf,
} from '../../../workflows/reactions/reaction-row.ts'
import type { Stage } from '../../stages/read-stage.ts'
import { addFunction, allow, type LiveFunction } from './lambda-function.ts'
import {
  addReactionQueue,
  addReactionQueueMapping,
  type ReactionQueue,
  reactionSeconds,
} from './reaction-queue.ts'
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

/** A queue of events, and the reactions whose events wait in it. */
export interface Reactions {
  /** The logical id of the function. The logical ids of its queues begin with it. */
  readonly id: string
  readonly rows: readonly ReactionRow[]
  readonly queue: ReactionQueue
  /** The secrets that the rows declare. They have no value in the template: an operator gives them one. */
  readonly secrets: readonly CfnSecret[]
}

/** Adds a queue that the rules of these reactions send their events to. */
export function addReactionsData(
  scope: Construct,
  id: string,
  rows: readonly ReactionRow[],
  { stage, bus }: { readonly stage: Stage; readonly bus: EventBus },
): Reactions {
  const queue = addReactionQueue(scope, id)
  for (const row of rows) {
    const rule = ruleOf(row, stage, bus)
    letRuleSend(queue.events, rule)
    // For events that the rule could not send to the queue.
    letRuleSend(queue.failures, rule)
  }
  const secrets = rows.flatMap((row) => (row.secret === undefined ? [] : [addSecret(scope, row, row.secret)]))
  return { id, rows, queue, secrets }
}

function addSecret(scope: Construct, { name }: ReactionRow, description: string): CfnSecret {
  const secret = new CfnSecret(scope, `${logicalId(name)}Secret`, { description })
  secret.applyRemovalPolicy(keep)
  return secret
}

function ruleOf({ name }: ReactionRow, stage: Stage, bus: EventBus): NamedRule {
  // The two types differ in how an optional property is written.
  return { stage, name, bus: bus as IEventBus }
}

export interface ReactionFunctionOptions {
  /** The name of its bundle. */
  readonly name: string
  readonly environment?: Readonly<Record<string, string>>
  /** How many batches of the queue are handled at once. */
  readonly concurrency: number
}

/** The function of reactions, the rules that send it events through its queue, and its alarms. */
export function addReactions(
  scope: Construct,
  { id, rows, queue, secrets }: Reactions,
  { bundles, stage, bus, eventStore, handled, resources }: Reacting,
  { name, environment = {}, concurrency }: ReactionFunctionOptions,
): LiveFunction {
  const target = addFunction(scope, id, {
    name,
    bundles,
    stage,
    timeoutSeconds: reactionSeconds,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      IDEMPOTENCY_TABLE: handled.tableName,
      ...environment,
    },
  })
  allow(target, eventStore.tableArn, ['Query'])
  allow(target, handled.tableArn, ['PutItem', 'UpdateItem', 'DeleteItem'])
  for (const { resource, actions } of rows.flatMap(({ calls }) => calls)) {
    const called = resources[resource]
    target.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [called.arn] }))
    for (const [variable, value] of Object.entries(called.environment)) target.addEnvironment(variable, value)
  }
  for (const secret of secrets) letReadSecret(target, secret)
  addReactionQueueMapping(scope, target, { queue, concurrency, eventTypes: rows.flatMap(typesOf) })
  for (const row of rows)
    addRule(scope, `${logicalId(row.name)}Rule`, {
      ...ruleOf(row, stage, bus),
      pattern: {
        source: ['annals'],
        detailType: [...row.eventTypes],
        // The next schema is a change of the reaction, too.
        detail: { schema: [...schemasOf(row)] },
      },
      target: { arn: queue.events.queueArn },
      failures: queue.failures,
    })
  return target
}

/** Lets a function read a secret, which the variable `SECRET_ARN` names. */
export function letReadSecret(reader: LiveFunction, secret: CfnSecret): void {
  reader.addEnvironment('SECRET_ARN', secret.ref)
  reader.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.ref] }),
  )
}

function typesOf({ eventTypes }: ReactionRow): readonly string[] {
  return eventTypes
}

/** `welcome-email` has the logical id `WelcomeEmail`. */
export function logicalId(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
