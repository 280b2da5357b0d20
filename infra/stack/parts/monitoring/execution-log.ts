import { RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { CfnStateMachineProps } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import type { Stage } from '../../../stages/read-stage.ts'

/** The actions that let a state machine deliver its log. No resource can be named for them, so they are for `*`. */
export const deliveryActions = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
] as const

/** The actions that let a state machine send traces and ask how many. X-Ray has no resources, so they are for `*`. */
export const tracingActions = [
  'PutTraceSegments',
  'PutTelemetryRecords',
  'GetSamplingRules',
  'GetSamplingTargets',
] as const

export interface ExecutionLogOptions {
  readonly stage: Stage
  /** Name of the machine within the stage: `upload-pipeline`. */
  readonly name: string
  readonly role: Role
}

/**
 * The log and the traces of a state machine. An Express run leaves no other history. The log has what went wrong, with the
 * input of the failed step.
 */
export function observed(
  scope: Construct,
  id: string,
  { stage, name, role }: ExecutionLogOptions,
): Pick<CfnStateMachineProps, 'loggingConfiguration' | 'tracingConfiguration'> {
  const { logDays, traceRate } = stage.settings
  const logGroup = new LogGroup(scope, `${id}Log`, {
    // The prefix spares a policy for each group, of which a region has ten at most.
    logGroupName: `/aws/vendedlogs/states/annals-${stage.name}-${name}`,
    retention: logDays as RetentionDays, // the enum's members are days
    removalPolicy: RemovalPolicy.DESTROY,
  })
  role.addToPolicy(
    new PolicyStatement({ actions: deliveryActions.map((action) => `logs:${action}`), resources: ['*'] }),
  )
  if (traceRate > 0)
    role.addToPolicy(
      new PolicyStatement({ actions: tracingActions.map((action) => `xray:${action}`), resources: ['*'] }),
    )
  return {
    loggingConfiguration: {
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      includeExecutionData: true,
      level: 'ERROR',
    },
    ...(traceRate > 0 && { tracingConfiguration: { enabled: true } }),
  }
}
