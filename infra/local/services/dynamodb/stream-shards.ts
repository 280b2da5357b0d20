import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../../gateway/aws-service.ts'
import { writing } from '../../storage/write-failure.ts'
import { callDynamoDb, type DynamoDbAddress, streamsTarget } from './client.ts'

/** A record of a DynamoDB stream as `GetRecords` gives it; its images are passed through unread. */
export interface StreamRecord {
  readonly eventName: string
  readonly userIdentity?: unknown
  readonly dynamodb: {
    readonly Keys: Readonly<Record<string, unknown>>
    readonly SequenceNumber: string
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number
    readonly SizeBytes: number
  }
}

export interface Shard {
  readonly ShardId: string
  readonly ParentShardId?: string
  readonly SequenceNumberRange: {
    /** Of its oldest record that is left. */
    readonly StartingSequenceNumber?: string
    /** DynamoDB gives it for closed shards only; the embedded engine for an open one that has records, too. */
    readonly EndingSequenceNumber?: string
  }
}

/** Where reading starts: at an end of the shard, or after a record. */
export type Start = 'TRIM_HORIZON' | 'LATEST' | { readonly after: string }

/** A page is asked for by records, because the embedded engine does not bound its bytes. */
const pageSize = 100

export async function listShards(address: DynamoDbAddress, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = []
  let from: string | undefined
  do {
    const { StreamDescription: page } = await callDynamoDb<{
      StreamDescription: { Shards: Shard[]; LastEvaluatedShardId?: string }
    }>(address, `${streamsTarget}.DescribeStream`, { StreamArn: streamArn, ExclusiveStartShardId: from })
    shards.push(...page.Shards)
    from = page.LastEvaluatedShardId
  } while (from !== undefined)
  return shards
}

/**
 * Reads a shard page by page. `closed` comes with its last page. An expired iterator is replaced by one after
 * the last record read. If that record is trimmed by now, reading continues at the oldest record.
 */
export function readShard(
  address: DynamoDbAddress,
  streamArn: string,
  shardId: string,
  start: Start,
): () => Promise<{ records: StreamRecord[]; closed: boolean }> {
  let position = start
  let iterator: string | undefined

  async function openIterator(): Promise<string | undefined> {
    const answer = await callDynamoDb<{ ShardIterator?: string }>(
      address,
      `${streamsTarget}.GetShardIterator`,
      {
        StreamArn: streamArn,
        ShardId: shardId,
        ...(typeof position === 'string'
          ? { ShardIteratorType: position }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.after }),
      },
    )
    return answer.ShardIterator
  }

  return async function read() {
    try {
      iterator ??= await openIterator()
      const page = await callDynamoDb<{ Records: StreamRecord[]; NextShardIterator?: string | null }>(
        address,
        `${streamsTarget}.GetRecords`,
        { ShardIterator: iterator, Limit: pageSize },
      )
      iterator = page.NextShardIterator ?? undefined
      const last = page.Records.at(-1)
      if (last) position = { after: last.dynamodb.SequenceNumber }
      return { records: page.Records, closed: iterator === undefined }
    } catch (error) {
      const code = error instanceof AwsError ? error.code : ''
      if (code !== 'ExpiredIteratorException' && code !== 'TrimmedDataAccessException') throw error
      iterator = undefined
      if (code === 'TrimmedDataAccessException') position = 'TRIM_HORIZON'
      return read()
    }
  }
}

/** How far a mapping has come in each shard of its stream, kept in a file that survives `kill -9`. */
export interface Checkpoint {
  /** Was anything ever kept for this stream? */
  readonly isNew: boolean
  /** The number of the last record that is done with, `'closed'` at the shard's end, `undefined` before its first. */
  of(shardId: string): string | undefined
  advance(shardId: string, to: string): void
}

/**
 * Opens the checkpoint of a function on a stream. The ARN of a stream contains the time of its creation,
 * so a table that is created again starts without a checkpoint.
 */
export function openCheckpoint(stateDir: string, functionName: string, streamArn: string): Checkpoint {
  const name = createHash('sha256').update(`${functionName}\n${streamArn}`).digest('hex').slice(0, 16)
  const file = join(stateDir, `stream-${name}.json`)
  mkdirSync(stateDir, { recursive: true })
  const kept = readIfThere(file)
  const shards: Record<string, string> = kept?.shards ?? {}
  return {
    isNew: kept === undefined,
    of: (shardId) => shards[shardId],
    advance(shardId, to) {
      shards[shardId] = to
      writing(file, () => {
        writeFileSync(`${file}.new`, JSON.stringify({ functionName, streamArn, shards }))
        renameSync(`${file}.new`, file)
      })
    },
  }
}

function readIfThere(file: string): { shards: Record<string, string> } | undefined {
  try {
    // Written by `advance` above and replaced as a whole.
    return JSON.parse(readFileSync(file, 'utf8')) as { shards: Record<string, string> }
  } catch {
    return undefined
  }
}
