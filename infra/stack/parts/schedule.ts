import { Duration, Stack } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { LiveFunction } from './lambda-function.ts'

export interface ScheduleOptions {
  readonly function: LiveFunction
  /** When the function runs, in UTC: `cron(…)` or `rate(…)` of EventBridge Scheduler. */
  readonly expression: string
  /** The queue of runs that could not be started. The caller sets an alarm on it. */
  readonly failures: Queue
  readonly description: string
}

/**
 * Runs a function at set times, at least once each. The scheduler's role may invoke the function, and send the runs that
 * it could not start to the queue. Lambda repeats a run that was started and failed.
 */
export function addSchedule(scope: Construct, id: string, o: ScheduleOptions): CfnSchedule {
  const { account } = Stack.of(scope)
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      // Not on behalf of another account's schedule.
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
    inlinePolicies: {
      Run: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['lambda:InvokeFunction'],
            resources: [o.function.live.functionArn],
          }),
          new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [o.failures.queueArn] }),
        ],
      }),
    },
  })
  return new CfnSchedule(scope, id, {
    description: o.description,
    scheduleExpression: o.expression,
    scheduleExpressionTimezone: 'UTC',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: o.function.live.functionArn,
      roleArn: role.roleArn,
      retryPolicy: {
        maximumRetryAttempts: 10,
        maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
      },
      deadLetterConfig: { arn: o.failures.queueArn },
    },
  })
}
