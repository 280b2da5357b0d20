import { Stack } from 'aws-cdk-lib'
import { CfnRule, type EventPattern, type IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Stage } from '../../stages/read-stage.ts'

/** A rule of the service stack, which the data stack knows only by its name. */
export interface NamedRule {
  readonly stage: Stage
  /** Unique within the stage: `welcome-email`. */
  readonly name: string
  /** The bus that it listens to; without it, the account's default bus. */
  readonly bus?: IEventBus
}

const nameOf = ({ stage, name }: NamedRule) => `annals-${stage.name}-${name}`

/** Lets a rule send events to a queue of the data stack, and no other rule. */
export function letRuleSend(queue: Queue, rule: NamedRule): void {
  const resourceName = rule.bus ? `${rule.bus.eventBusName}/${nameOf(rule)}` : nameOf(rule)
  const arn = Stack.of(queue).formatArn({ service: 'events', resource: 'rule', resourceName })
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': arn } },
    }),
  )
}

export interface RuleOptions extends NamedRule {
  readonly pattern: EventPattern
  readonly target: {
    readonly arn: string
    /** The role that EventBridge assumes; a function is permitted by its own policy instead. */
    readonly roleArn?: string
  }
  /** The queue of events that the target could not be given. */
  readonly failures: Queue
}

/**
 * A rule with a name of its own. CDK's construct would put a reference to the rule into the policy of the queue, and so
 * tie the data stack to the service stack.
 */
export function addRule(scope: Construct, id: string, o: RuleOptions): CfnRule {
  const { detailType, ...pattern } = o.pattern
  return new CfnRule(scope, id, {
    name: nameOf(o),
    ...(o.bus && { eventBusName: o.bus.eventBusName }),
    eventPattern: { ...pattern, ...(detailType && { 'detail-type': detailType }) },
    state: 'ENABLED',
    targets: [{ id: 'Target0', ...o.target, deadLetterConfig: { arn: o.failures.queueArn } }],
  })
}
