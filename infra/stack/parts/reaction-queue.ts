import { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { addFailureQueue, alarmOnFailures, alarmOnWaiting } from './failure-queue.ts'
import type { LiveFunction } from './lambda-function.ts'

/** The timeout of a reaction's function: a batch of five events, each of which may take ten seconds. */
export const reactionSeconds = 60
const batchSize = 5
/** Six times the function's timeout, as the Lambda developer guide advises. */
const visibilityTimeout = Duration.seconds(6 * reactionSeconds)
/** How often a message is received in six hours. */
const maxReceiveCount = Math.ceil(Duration.hours(6).toSeconds() / visibilityTimeout.toSeconds())

/** The queue of events that reactions handle, and the events that failed for six hours. */
export interface ReactionQueue {
  readonly events: Queue
  readonly failures: Queue
}

/** Adds both queues. A message that a function fails at comes again every six minutes. */
export function addReactionQueue(scope: Construct, id: string): ReactionQueue {
  const failures = addFailureQueue(scope, `${id}Failures`)
  const events = addFailureQueue(scope, `${id}Queue`, {
    visibilityTimeout,
    deadLetterQueue: { queue: failures, maxReceiveCount },
  })
  return { events, failures }
}

export interface ReactionQueueMappingOptions {
  readonly queue: ReactionQueue
  readonly concurrency: number
  readonly eventTypes: readonly string[]
}

/** Delivers a queue to a function, a few events at a time, and sounds an alarm when events are given up. */
export function addReactionQueueMapping(
  scope: Construct,
  target: LiveFunction,
  { queue: { events, failures }, concurrency, eventTypes }: ReactionQueueMappingOptions,
): void {
  target.addEnvironment('QUEUE_URL', events.queueUrl)
  target.addEnvironment('MAX_RECEIVES', String(maxReceiveCount))
  target.addToRolePolicy(
    new PolicyStatement({
      // It sends a message again to postpone it.
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
      resources: [events.queueArn],
    }),
  )
  new EventSourceMapping(target, 'QueueMapping', {
    target: target.live,
    eventSourceArn: events.queueArn,
    batchSize,
    reportBatchItemFailures: true,
    maxConcurrency: concurrency,
  })
  alarmOnWaiting(
    scope,
    events,
    `Events have waited for half an hour. The log of ${target.node.id} says why they fail; nothing is lost yet.`,
  )
  alarmOnFailures(
    scope,
    failures,
    `A reaction to ${[...new Set(eventTypes)].join(' or ')} failed for six hours. The queue holds the event.`,
  )
}
