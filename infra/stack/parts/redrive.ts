import { Duration } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { addFailureQueue, alarmOnFailures, alarmOnStuckFailures } from './failure-queue.ts'
import { addFunction, allow, type FunctionOptions, type LiveFunction } from './lambda-function.ts'

export interface RedriveOptions extends Pick<FunctionOptions, 'name' | 'bundles' | 'stage' | 'environment'> {
  readonly eventStore: TableV2
  /** The queue of batches that the consumer failed at, made by `addStreamFailures`. */
  readonly failures: Queue
}

/** The batches that a consumer of the stream failed at. */
export interface StreamFailures {
  readonly queue: Queue
  readonly deadLetters: Queue
}

const timeoutSeconds = 60
/** Six times the function's timeout, as the Lambda developer guide advises. */
const visibilityTimeout = Duration.seconds(6 * timeoutSeconds)
/** A day of tries. After that the records are trimmed, and no further try would find them. */
const maxReceiveCount = Math.ceil(Duration.hours(24).toSeconds() / visibilityTimeout.toSeconds())

/**
 * The failure destination of a consumer's stream mapping: a queue of batches that failed every retry, which a redrive
 * function tries every six minutes for a day, and a dead-letter queue for batches that fail for a whole day.
 */
export function addStreamFailures(scope: Construct, consumer: string): StreamFailures {
  const deadLetters = addFailureQueue(scope, `${consumer}DeadLetters`)
  const queue = addFailureQueue(scope, `${consumer}Failures`, {
    visibilityTimeout,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount },
  })
  return { queue, deadLetters }
}

/** Alarms for batches that keep failing, and for batches that nothing tries any more. */
export function alarmOnStreamFailures(
  scope: Construct,
  consumer: string,
  { queue, deadLetters }: StreamFailures,
): void {
  alarmOnStuckFailures(
    scope,
    queue,
    `Records fail in ${consumer} again and again. They are tried for a day. The log of ${consumer}Redrive says why.`,
  )
  alarmOnFailures(
    scope,
    deadLetters,
    `Records of ${consumer} failed for a day and are tried no more. The queue names them; the log of ${consumer}Redrive says why.`,
  )
}

/**
 * A function that redrives the batches that a consumer failed at: it reads the records from the stream again and handles
 * them as the consumer does. Its grants are for the stream and the queue. The caller adds those of the consumer.
 */
export function addRedrive(scope: Construct, id: string, o: RedriveOptions): LiveFunction {
  const redrive = addFunction(scope, id, {
    name: o.name,
    bundles: o.bundles,
    stage: o.stage,
    timeoutSeconds,
    environment: { ...o.environment, MAX_RECEIVES: String(maxReceiveCount) },
  })
  allow(redrive, o.eventStore.tableStreamArn ?? '', ['GetRecords', 'GetShardIterator'])
  redrive.addToRolePolicy(
    new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [o.failures.queueArn],
    }),
  )
  new EventSourceMapping(redrive, 'FailuresMapping', {
    target: redrive.live,
    eventSourceArn: o.failures.queueArn,
    // Nearly always ranges of one record, because the mapping bisects a batch before it gives up.
    batchSize: 10,
    reportBatchItemFailures: true,
    // The minimum that Lambda allows. A shard serves two readers well, and two mappings read it already.
    maxConcurrency: 2,
  })
  return redrive
}
