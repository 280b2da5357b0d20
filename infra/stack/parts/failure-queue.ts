import { Duration } from 'aws-cdk-lib'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnEventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { type IQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { addAlarm } from './monitoring/alarm.ts'
import { keep } from './stored.ts'

export type FailureQueueOptions = Pick<QueueProps, 'visibilityTimeout' | 'deadLetterQueue'>

/** A queue for failed work. It keeps a message for as long as SQS allows. */
export function addFailureQueue(scope: Construct, id: string, o: FailureQueueOptions = {}): Queue {
  return new Queue(scope, id, {
    ...o,
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // A queue that was deleted with its stack would lose the work in it.
    removalPolicy: keep,
  })
}

/** An alarm for the first message in a queue that only people empty. */
export function alarmOnFailures(scope: Construct, queue: Queue, description: string): void {
  addAlarm(scope, {
    name: queue.node.id,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
    description,
  })
}

/**
 * An alarm once a queue that a function empties has had messages for a quarter of an hour. Messages in flight count,
 * because a message is not visible between two tries. The age of the oldest message would be no measure: a message that
 * is tried again and again distorts it.
 */
export function alarmOnStuckFailures(scope: Construct, queue: Queue, description: string): void {
  const period = Duration.minutes(5)
  const metric = new MathExpression({
    expression: 'visible + inFlight',
    usingMetrics: {
      visible: queue.metricApproximateNumberOfMessagesVisible({ period }),
      inFlight: queue.metricApproximateNumberOfMessagesNotVisible({ period }),
    },
    label: 'Messages',
    period,
  })
  addAlarm(scope, {
    name: queue.node.id,
    metric,
    evaluationPeriods: 3,
    description,
  })
}

/** An alarm once a message has waited in a queue for half an hour, because its function fails or cannot keep up. */
export function alarmOnWaiting(scope: Construct, queue: Queue, description: string): void {
  addAlarm(scope, {
    name: queue.node.id,
    metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
    threshold: Duration.minutes(30).toSeconds(),
    description,
  })
}

/** Lets a function, or Lambda on its behalf, send to a queue. CDK's own grant allows more than that. */
export function allowSend(sender: LambdaFunction, queue: IQueue): void {
  sender.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }))
}

/** Makes Lambda repeat a failed invocation, at most twice, and then keep its event in a queue. */
export function retryThenKeep(target: LambdaFunction, queue: IQueue): void {
  allowSend(target, queue)
  new CfnEventInvokeConfig(target, 'Retries', {
    functionName: target.functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
    destinationConfig: { onFailure: { destination: queue.queueArn } },
  })
}
