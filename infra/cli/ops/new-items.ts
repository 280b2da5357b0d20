import { setTimeout as delay } from 'node:timers/promises'
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { ClientSettings } from './stack.ts'

export interface NewItemsOptions {
  readonly settings: ClientSettings
  readonly streamArn: string
  readonly signal: AbortSignal
  readonly onReady: () => void
  /** Pause between two reads of a shard. */
  readonly pauseMs?: number
}

/**
 * A shard allows five reads a second. DynamoDB provides for two readers, the projector and the forwarder, and each
 * read here takes from their share. One read a second leaves them enough.
 */
const onceASecond = 1000
/**
 * Number of reads after which the shards are listed again. A shard is replaced every few hours, or at once if it is
 * split.
 */
const listEvery = 30

interface Reader {
  readonly shardId: string
  /** The position to continue from if the iterator has expired. */
  start: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'>
  /** Undefined before the iterator is opened and at the shard's end. */
  iterator?: string | undefined
}

/**
 * Yields the new images of items that are put into a table, as its stream delivers them. The images of one partition
 * are in order. Ends when `signal` is aborted. Throws if the stream cannot be read.
 */
export async function* readNewItems(o: NewItemsOptions): AsyncGenerator<Record<string, unknown>> {
  const { streamArn, signal, onReady, pauseMs = onceASecond } = o
  const client = new DynamoDBStreamsClient(o.settings)
  const readers = new Map<string, Reader>()

  // A shard that has children is closed and has no new records.
  const listed = await listShards(client, streamArn)
  const seen = new Set(listed.map(({ ShardId: id }) => id))
  const parents = new Set(listed.map(({ ParentShardId: parent }) => parent))
  for (const { ShardId: shardId = '' } of listed) {
    if (parents.has(shardId)) continue
    const reader: Reader = { shardId, start: { ShardIteratorType: 'LATEST' } }
    reader.iterator = await openIterator(client, streamArn, reader)
    readers.set(shardId, reader)
  }
  onReady()

  for (let look = 1; !signal.aborted; look++) {
    let closed = false
    for (const [shardId, reader] of readers) {
      for (const { eventName, dynamodb } of await readOn(client, streamArn, reader))
        if (eventName === 'INSERT') yield unmarshall(dynamodb?.NewImage ?? {})
      if (reader.iterator === undefined) closed = readers.delete(shardId)
    }
    if (closed || look % listEvery === 0) {
      for (const { ShardId: shardId = '', ParentShardId: parent = '' } of await listShards(
        client,
        streamArn,
      )) {
        // All records of a child are new. They come after the rest of its parent.
        if (seen.has(shardId) || readers.has(parent)) continue
        seen.add(shardId)
        const reader: Reader = { shardId, start: { ShardIteratorType: 'TRIM_HORIZON' } }
        reader.iterator = await openIterator(client, streamArn, reader)
        readers.set(shardId, reader)
      }
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {})
  }
}

async function listShards(client: DynamoDBStreamsClient, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = []
  let from: string | undefined
  do {
    const { StreamDescription: page } = await client.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: from }),
    )
    shards.push(...(page?.Shards ?? []))
    from = page?.LastEvaluatedShardId
  } while (from !== undefined)
  return shards
}

async function openIterator(
  client: DynamoDBStreamsClient,
  streamArn: string,
  { shardId, start }: Reader,
): Promise<string | undefined> {
  const answer = await client.send(
    new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...start }),
  )
  return answer.ShardIterator
}

/**
 * Reads the next page of a shard. At the shard's end the reader has no iterator. If the shard is throttled, the page
 * is empty.
 */
async function readOn(client: DynamoDBStreamsClient, streamArn: string, reader: Reader): Promise<_Record[]> {
  try {
    const { Records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: reader.iterator }),
    )
    reader.iterator = NextShardIterator
    const last = Records.at(-1)?.dynamodb?.SequenceNumber
    if (last !== undefined)
      reader.start = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last }
    return Records
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (throttled.has(error.name)) return []
    // An iterator expires after 15 minutes, and a laptop may sleep for longer. A record is kept for a day.
    if (error.name === 'TrimmedDataAccessException') reader.start = { ShardIteratorType: 'TRIM_HORIZON' }
    else if (error.name !== 'ExpiredIteratorException') throw error
    reader.iterator = await openIterator(client, streamArn, reader)
    return []
  }
}

const throttled = new Set([
  'LimitExceededException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
])
