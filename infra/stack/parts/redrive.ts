import { Duration } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { addFailureQueue, alarmOnFailures, alarmOnStuckFailures } from './failure-queue.ts'
import { addFunction, allow, type FunctionOptions } from './lambda-function.ts'

export interface RedriveOptions extends Pick<FunctionOptions, 'name' | 'bundles' | 'environment'> {
  readonly eventStore: TableV2
  /** What the consumer's mapping gives up. */
  readonly failures: Queue
}

const timeoutSeconds = 60
/** Six times as long as the function takes at most, as the Lambda developer guide advises. */
const visibilityTimeout = Duration.seconds(6 * timeoutSeconds)
/** A day of tries: after that the records are trimmed, and no further try would find them. */
const maxReceiveCount = Math.ceil(Duration.hours(24).toSeconds() / visibilityTimeout.toSeconds())

/**
 * The failure destination of a consumer's stream mapping: a queue that a function redrives, and a dead-letter queue for
 * what a day of that could not heal.
 */
export function addStreamFailures(scope: Construct, consumer: string): Queue {
  const deadLetters = addFailureQueue(scope, `${consumer}DeadLetters`)
  alarmOnFailures(
    deadLetters,
    `A day did not heal records that ${consumer} failed at. The queue says which; the log of ${consumer}Redrive why.`,
  )
  const queue = addFailureQueue(scope, `${consumer}Failures`, {
    visibilityTimeout,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount },
  })
  alarmOnStuckFailures(
    queue,
    `Records that ${consumer} failed at fail again, for up to a day. The log of ${consumer}Redrive says why.`,
  )
  return queue
}

/**
 * A function that redrives what a stream mapping gave up: it reads the records again and does with them what the
 * consumer does. It may read the stream and the queue; what the consumer may do is granted to it as to that.
 */
export function addRedrive(scope: Construct, id: string, o: RedriveOptions): LambdaFunction {
  const redrive = addFunction(scope, id, {
    name: o.name,
    bundles: o.bundles,
    memoryMb: 512,
    timeoutSeconds,
    environment: o.environment,
  })
  allow(redrive, o.eventStore.tableStreamArn ?? '', ['GetRecords', 'GetShardIterator'])
  redrive.addToRolePolicy(
    new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [o.failures.queueArn],
    }),
  )
  new EventSourceMapping(redrive, 'FailuresMapping', {
    target: redrive,
    eventSourceArn: o.failures.queueArn,
    // Nearly always ranges of one record: bisecting leaves no more to give up.
    batchSize: 10,
    reportBatchItemFailures: true,
    // A shard serves two readers well, and has them in the mappings: the fewest that Lambda lets one ask for.
    maxConcurrency: 2,
  })
  return redrive
}
