import { setTimeout as delay } from 'node:timers/promises'
import {
  type _Record,
  DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { answerWithin } from '../../commands/aws/client.ts'
import { placeInShard, type ShardPage, type ShardRange, type ShardReader } from './shard-reader.ts'

/** Records of a page: as many as in a mapping's batch. */
const pageSize = 100

/**
 * Limits for empty pages. A page can be empty although more records follow. At the end of an open shard, all pages are
 * empty.
 */
const empty = { most: 10, pauseMs: 200 }

/** Reads shards of DynamoDB Streams. */
export function createDynamoShardReader(config: DynamoDBStreamsClientConfig = {}): ShardReader {
  const client = new DynamoDBStreamsClient({
    ...answerWithin(5000),
    ...config,
  })

  /** Opens an iterator at the range's start, or at the oldest record that still exists. */
  async function open({ streamArn, shardId, startSequenceNumber }: ShardRange, trimmed: boolean) {
    const place = trimmed
      ? { ShardIteratorType: 'TRIM_HORIZON' as const }
      : { ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const, SequenceNumber: startSequenceNumber }
    const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...place })
    return (await client.send(command)).ShardIterator
  }

  async function next(range: ShardRange, trimmed: boolean, iterator: string | undefined) {
    try {
      const ShardIterator = iterator ?? (await open(range, trimmed))
      return await client.send(new GetRecordsCommand({ ShardIterator, Limit: pageSize }))
    } catch (error) {
      if (error instanceof TrimmedDataAccessException) return 'trimmed'
      // A shard disappears after all of its records were removed.
      if (error instanceof ResourceNotFoundException) return 'gone'
      throw error
    }
  }

  async function* read(range: ShardRange): AsyncGenerator<ShardPage> {
    const end = BigInt(range.endSequenceNumber)
    let trimmed = false
    let iterator: string | undefined
    for (let inVain = 0; inVain < empty.most; ) {
      const page = await next(range, trimmed, iterator)
      if (page === 'gone') return yield { records: [], trimmed: true }
      if (page === 'trimmed') {
        trimmed = true
        iterator = undefined
        inVain += 1
        continue
      }
      const all = (page.Records ?? []).map(toLambdaRecord)
      const isOver = placeInShard(all.at(-1)) >= end
      iterator = page.NextShardIterator
      // If a closed shard ends before the range does, the last records of the range were removed.
      trimmed ||= !isOver && iterator === undefined
      yield { records: all.filter((record) => placeInShard(record) <= end), trimmed }
      if (isOver || iterator === undefined) return
      inVain = all.length === 0 ? inVain + 1 : 0
      if (all.length === 0) await delay(empty.pauseMs)
    }
    if (!trimmed) throw new Error(`Shard ${range.shardId} ends before ${range.endSequenceNumber}.`)
  }

  return { read }
}

function toLambdaRecord({ eventName, dynamodb = {} }: _Record): DynamoDBRecord {
  const { Keys = {}, NewImage = {}, SequenceNumber = '' } = dynamodb
  // The two types differ only in bytes. A commit's events are text, so no reader uses bytes.
  const [keys, image] = [Keys, NewImage] as [Image, Image]
  return { ...(eventName && { eventName }), dynamodb: { Keys: keys, NewImage: image, SequenceNumber } }
}

type Image = Record<string, AttributeValue>
