import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda'
import { allow } from './lambda-function.ts'

export interface StreamMappingOptions {
  readonly eventStore: TableV2
  /** The kinds of streams whose commits the function gets. */
  readonly aggregates: readonly string[]
}

/**
 * Delivers the event store's commits to a function: the new ones of the given kinds of streams, and every change
 * or removal of any, which is an alarm.
 */
export function addStreamMapping(target: LambdaFunction, o: StreamMappingOptions): void {
  const streamArn = o.eventStore.tableStreamArn
  if (streamArn === undefined) throw new Error('The event store has no stream')
  allow(target, streamArn, ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'])
  new EventSourceMapping(target, 'EventStoreMapping', {
    target,
    eventSourceArn: streamArn,
    // LATEST can miss what is written while the mapping is made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    parallelizationFactor: 1,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    // A bad event is parked by the function, which then goes on. These retries are the last net, for when it cannot
    // do even that: without a limit one record would hold up its shard for a day, and the rest would be lost.
    retryAttempts: 10,
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: {
          // A stream is named `<aggregate>-<id>`.
          Keys: { pk: { S: o.aggregates.flatMap((aggregate) => FilterRule.beginsWith(`${aggregate}-`)) } },
        },
      }),
      FilterCriteria.filter({ eventName: FilterRule.or('MODIFY', 'REMOVE') }),
    ],
  })
}
