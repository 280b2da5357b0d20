import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
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

/** The parts of a reaction that are kept. */
export interface ReactionData {
  /** Events that it failed at in every try. */
  readonly failures: Queue
  /** The secret that its row declares. It has no value in the template: an operator gives it one. */
  readonly secret: CfnSecret | undefined
}

/** The data of each reaction. */
export type ReactionsData = ReadonlyMap<ReactionRow, ReactionData>

export function addReactionsData(
  scope: Construct,
  stage: Stage,
  bus: EventBus,
  rows: readonly ReactionRow[],
): ReactionsData {
  return new Map(
    rows.map((row) => {
      const failures = addFailureQueue(scope, `${idOf(row)}Failures`)
      letRuleSend(failures, ruleOf(row, stage, bus))
      return [row, { failures, secret: addSecret(scope, row) }]
    }),
  )
}

function addSecret(scope: Construct, row: ReactionRow): CfnSecret | undefined {
  if (row.secret === undefined) return undefined
  const secret = new CfnSecret(scope, `${idOf(row)}Secret`, { description: row.secret })
  secret.applyRemovalPolicy(keep)
  return secret
}

function ruleOf({ name }: ReactionRow, stage: Stage, bus: EventBus): NamedRule {
  // The two types differ in how an optional property is written.
  return { stage, name, bus: bus as IEventBus }
}

/** The functions of the reactions, and the rules that invoke them. Lambda tries a failed reaction again for hours. */
export function addReactions(
  scope: Construct,
  reactions: ReactionsData,
  reacting: Reacting,
): readonly LambdaFunction[] {
  return [...reactions].map(([row, data]) => addReaction(scope, row, data, reacting))
}

function addReaction(
  scope: Construct,
  row: ReactionRow,
  { failures, secret }: ReactionData,
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
  allow(reaction, handled.tableArn, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'])
  for (const { resource, actions } of row.calls) {
    const { arn, environment } = resources[resource]
    reaction.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [arn] }))
    for (const [name, value] of Object.entries(environment)) reaction.addEnvironment(name, value)
  }
  if (secret !== undefined) letReadSecret(reaction, secret)
  alarmOnFailures(
    scope,
    failures,
    `A reaction to ${row.eventTypes.join(' or ')} failed in every try. The queue holds the event.`,
  )
  // For events that the function was invoked with and failed at.
  retryThenKeep(reaction, failures)
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
    failures,
  })
  reaction.addPermission('Invocation', {
    principal: new ServicePrincipal('events.amazonaws.com'),
    sourceArn: rule.attrArn,
  })
  return reaction
}

/** Lets a function read a secret, which the variable `SECRET_ARN` names. */
export function letReadSecret(reader: LambdaFunction, secret: CfnSecret): void {
  reader.addEnvironment('SECRET_ARN', secret.ref)
  reader.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.ref] }),
  )
}

/** `welcome-email` has the logical id `WelcomeEmail`. */
function idOf({ name }: ReactionRow): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
