import { Reference, type Stack, Tokenization } from 'aws-cdk-lib'
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { CfnRule, EventBus } from 'aws-cdk-lib/aws-events'
import { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { IConstruct } from 'constructs'

/** The resources of a stage that are watched, as its two stacks declare them. */
export interface Watched {
  readonly functions: readonly LambdaFunction[]
  /** The functions behind the HTTP API. */
  readonly apis: readonly LambdaFunction[]
  /** The functions that read the event store's stream. */
  readonly consumers: readonly LambdaFunction[]
  /** The functions that the user pool waits for. */
  readonly triggers: readonly LambdaFunction[]
  readonly tables: readonly TableV2[]
  readonly queues: readonly Queue[]
  readonly buses: readonly EventBus[]
  readonly rules: readonly CfnRule[]
  readonly machines: readonly CfnStateMachine[]
  readonly schedules: readonly { readonly schedule: CfnSchedule; readonly target: LambdaFunction }[]
}

/** The stack of the data and the stack of the service. */
export interface BothStacks {
  readonly data: Stack
  readonly service: Stack
}

/** Finds the watched resources, so that a new one is watched without a word in its part. */
export function watchedIn({ data, service }: BothStacks): Watched {
  const all = [data, service].flatMap((stack) => stack.node.findAll())
  const functions = all.filter((one) => one instanceof LambdaFunction)
  return {
    functions,
    apis: functions.filter(({ node }) => node.id.endsWith('Api')),
    consumers: functions.filter(readsStream),
    triggers: functions.filter((one) => isIn(data, one)),
    tables: all.filter((one) => one instanceof TableV2),
    queues: all.filter((one) => one instanceof Queue),
    buses: all.filter((one) => one instanceof EventBus),
    rules: all.filter((one) => one instanceof CfnRule),
    machines: all.filter((one) => one instanceof CfnStateMachine),
    schedules: all
      .filter((one) => one instanceof CfnSchedule)
      .map((schedule) => ({ schedule, target: targetOf(schedule, functions) })),
  }
}

function readsStream({ node }: LambdaFunction): boolean {
  return node.children.some(
    (child) => child instanceof EventSourceMapping && child.node.id === 'EventStoreMapping',
  )
}

function isIn(stack: Stack, one: IConstruct): boolean {
  return one.node.root === stack.node.root && one.node.scopes.includes(stack)
}

/** The function that a schedule runs, by itself or by an alias. */
function targetOf(schedule: CfnSchedule, functions: readonly LambdaFunction[]): LambdaFunction {
  const target = schedule.target
  const arn = 'arn' in target ? target.arn : ''
  const [reference] = Tokenization.reverseString(arn).tokens.filter((token) => Reference.isReference(token))
  const scopes = reference?.target.node.scopes ?? []
  const found = functions.find((one) => scopes.includes(one))
  if (found === undefined) throw new Error(`${schedule.node.id} runs no function of this stage`)
  return found
}
