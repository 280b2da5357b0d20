import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Stage } from '../../stages/read-stage.ts'
import { allowSend } from './failure-queue.ts'
import { allow } from './lambda-function.ts'

export interface StreamMappingOptions {
  readonly stage: Stage
  readonly eventStore: TableV2
  /** Which records the function receives. */
  readonly filters: readonly Readonly<Record<string, unknown>>[]
  /** The queue of batches that failed every retry. */
  readonly failures: IQueue
}

/** New commits: of streams of these categories, or of all. */
export function newCommits(aggregates?: readonly string[]): Record<string, unknown> {
  const eventName = FilterRule.isEqual('INSERT')
  if (aggregates === undefined) return FilterCriteria.filter({ eventName })
  // A stream is named `<aggregate>-<id>`.
  const S = aggregates.flatMap((aggregate) => FilterRule.beginsWith(`${aggregate}-`))
  return FilterCriteria.filter({ eventName, dynamodb: { Keys: { pk: { S } } } })
}

/** Commits that were changed or removed, for the alarm. */
export const changedCommits = FilterCriteria.filter({ eventName: FilterRule.or('MODIFY', 'REMOVE') })

/** Delivers the event store's commits to a function. */
export function addStreamMapping(target: LambdaFunction, o: StreamMappingOptions): void {
  const streamArn = o.eventStore.tableStreamArn
  if (streamArn === undefined) throw new Error('The event store has no stream')
  allow(target, streamArn, ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'])
  allowSend(target, o.failures)
  new EventSourceMapping(target, 'EventStoreMapping', {
    target,
    eventSourceArn: streamArn,
    // LATEST can miss commits that are written while the mapping is created.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    parallelizationFactor: o.stage.settings.parallelizationFactor,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    // The function parks a stream with a bad event and continues. These retries are for when it cannot do even that.
    // Without a limit, one record would hold up its shard for a day, and the rest would be lost. A batch that fails
    // every retry is redriven.
    retryAttempts: 10,
    onFailure: { bind: () => ({ destination: o.failures.queueArn }) },
    filters: [...o.filters],
  })
}
