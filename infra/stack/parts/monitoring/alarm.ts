import { Stack } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmProps,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Stage } from '../../../stages/read-stage.ts'

interface Recipient {
  readonly stage: Stage
  readonly topic: ITopic
}

const recipients = new WeakMap<Stack, Recipient>()

/** Makes every alarm of a stack tell a topic. Call it before the stack's parts are added. */
export function sendAlarmsTo(stack: Stack, recipient: Recipient): void {
  recipients.set(stack, recipient)
}

function recipientOf(scope: Construct): Recipient {
  const stack = Stack.of(scope)
  const recipient = recipients.get(stack)
  if (recipient === undefined)
    throw new Error(`An alarm of ${stack.stackName} would reach nobody: call sendAlarmsTo first.`)
  return recipient
}

export interface AlarmOptions
  extends Partial<
    Pick<AlarmProps, 'datapointsToAlarm' | 'evaluateLowSampleCountPercentile' | 'evaluationPeriods'>
  > {
  /** Unique within the stage. A row of `docs/operating.md` has this name. */
  readonly name: string
  readonly metric: IMetric
  /** Tells the operator the event and the place to look at. */
  readonly description: string
  /** The first value that is too high; 1 by default. With `below`, a lower value is too low. */
  readonly threshold?: number
  readonly comparison?: 'below'
  /** Whether a period without a value is a reason for the alarm. By default it is none. */
  readonly isBreachingIfMissing?: boolean
}

/** An alarm that tells the stage's topic when it starts and when it ends. Throws if the stack has no such topic. */
export function addAlarm(scope: Construct, o: AlarmOptions): Alarm {
  const recipient = recipientOf(scope)
  const alarm = createAlarm(scope, recipient.stage, o)
  tell(alarm, recipient)
  return alarm
}

/** Alarms that tell nobody by themselves, and an alarm for the moment when all of one of these groups are on. */
export function addCompositeAlarm(
  scope: Construct,
  {
    name,
    description,
    groups,
  }: Pick<AlarmOptions, 'name' | 'description'> & { readonly groups: readonly (readonly AlarmOptions[])[] },
): void {
  const recipient = recipientOf(scope)
  const parts = groups.map((group) => {
    const alarms = group.map((o) =>
      AlarmRule.fromAlarm(createAlarm(scope, recipient.stage, o), AlarmState.ALARM),
    )
    return AlarmRule.allOf(...alarms)
  })
  const alarm = new CompositeAlarm(scope, `${name}Alarm`, {
    compositeAlarmName: nameOf(recipient.stage, name),
    alarmDescription: description,
    alarmRule: AlarmRule.anyOf(...parts),
  })
  tell(alarm, recipient)
}

function createAlarm(
  scope: Construct,
  stage: Stage,
  { name, metric, description, ...o }: AlarmOptions,
): Alarm {
  return new Alarm(scope, `${name}Alarm`, {
    alarmName: nameOf(stage, name),
    alarmDescription: description,
    metric,
    threshold: o.threshold ?? 1,
    comparisonOperator:
      o.comparison === 'below'
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: o.evaluationPeriods ?? 1,
    treatMissingData: o.isBreachingIfMissing ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    ...(o.datapointsToAlarm !== undefined && { datapointsToAlarm: o.datapointsToAlarm }),
    ...(o.evaluateLowSampleCountPercentile !== undefined && {
      evaluateLowSampleCountPercentile: o.evaluateLowSampleCountPercentile,
    }),
  })
}

/** The name that the message of an alarm begins with. */
function nameOf(stage: Stage, name: string): string {
  return `annals-${stage.name}-${name}`
}

function tell(alarm: Alarm | CompositeAlarm, { topic }: Recipient): void {
  const action = new SnsAction(topic)
  alarm.addAlarmAction(action)
  alarm.addOkAction(action)
}
