import type { DynamoDBRecord } from 'aws-lambda'

/** A part of a shard: every record from one sequence number to another, both included. */
export interface ShardRange {
  readonly streamArn: string
  readonly shardId: string
  readonly startSequenceNumber: string
  readonly endSequenceNumber: string
}

export interface ShardPage {
  /** In the order of the shard, as Lambda delivers them. */
  readonly records: readonly DynamoDBRecord[]
  /** Whether records of the range are gone by now: a stream keeps them for a day. */
  readonly trimmed: boolean
}

/** A stream's shards, to read once more from. `test/contract/shard-reader.ts` says what an adapter does. */
export interface ShardReader {
  /**
   * The range page by page, without a filter: it holds what the mapping left out as well. Of a range that is
   * trimmed, what is left. Throws where the stream does not answer.
   */
  read(range: ShardRange): AsyncIterable<ShardPage>
}

/** A record's place in its shard: up to 40 digits, not all of one length. */
export function placeInShard(record: DynamoDBRecord | undefined): bigint {
  return BigInt(record?.dynamodb?.SequenceNumber ?? 0)
}
