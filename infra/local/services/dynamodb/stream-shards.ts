import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../../gateway/aws-service.ts'
import { writing } from '../../storage/write-failure.ts'
import { callDynamoDb, type DynamoDbAddress, streamsTarget } from './client.ts'

/** A record of a DynamoDB stream, as `GetRecords` returns it. Its images are passed on without being read. */
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
    /** The sequence number of its oldest remaining record. */
    readonly StartingSequenceNumber?: string
    /**
     * DynamoDB returns it only for closed shards. The embedded engine also returns it for an open shard with records.
     */
    readonly EndingSequenceNumber?: string
  }
}

/** The position where reading starts: an end of the shard, or after a record. */
export type Start = 'TRIM_HORIZON' | 'LATEST' | { readonly after: string }

/** Number of records in a page. It is set because the embedded engine does not limit the bytes of a page. */
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
 * Reads a shard page by page. `closed` is set on its last page. An expired iterator is replaced by one after the last
 * record read. If that record was trimmed meanwhile, reading continues at the oldest record.
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

/** The progress of a mapping in each shard of its stream, stored in a file that survives `kill -9`. */
export interface Checkpoint {
  /** Whether nothing was ever stored for this stream. */
  readonly isNew: boolean
  /**
   * Returns the number of the last handled record, `'closed'` at the shard's end, or `undefined` before its first
   * record.
   */
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
    // Only `advance` above writes the file, and it replaces the whole file.
    return JSON.parse(readFileSync(file, 'utf8')) as { shards: Record<string, string> }
  } catch {
    return undefined
  }
}
