import type { DynamoDBRecord } from 'aws-lambda'

/** A part of a shard: all records from one sequence number to another, both included. */
export interface ShardRange {
  readonly streamArn: string
  readonly shardId: string
  readonly startSequenceNumber: string
  readonly endSequenceNumber: string
}

export interface ShardPage {
  /** The records in the order of the shard, in Lambda's format. */
  readonly records: readonly DynamoDBRecord[]
  /** Whether records of the range no longer exist. A stream keeps them for a day. */
  readonly trimmed: boolean
}

/**
 * The port that reads a stream's shards again. `test/contract/shard-reader.ts` specifies the behaviour of every
 * adapter.
 */
export interface ShardReader {
  /**
   * Reads the range page by page, without a filter, so it also contains records that the mapping excluded. If a part of
   * the range was trimmed, it reads the rest. Throws if the stream does not answer.
   */
  read(range: ShardRange): AsyncIterable<ShardPage>
}

/** The position of a record in its shard: a number with up to 40 digits. */
export function placeInShard(record: DynamoDBRecord | undefined): bigint {
  return BigInt(record?.dynamodb?.SequenceNumber ?? 0)
}
