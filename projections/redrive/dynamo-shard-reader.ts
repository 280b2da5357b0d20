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

/** Records of a page: as many as a mapping's batch. */
const pageSize = 100

/** A page may be empty though more follow; at the end of an open shard they all are. */
const empty = { most: 10, pauseMs: 200 }

/** Reads shards of DynamoDB Streams. */
export function createDynamoShardReader(config: DynamoDBStreamsClientConfig = {}): ShardReader {
  const client = new DynamoDBStreamsClient({
    ...answerWithin(5000),
    ...config,
  })

  /** An iterator at the range's start, or at the oldest record that there is. */
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
      // A shard is gone once all of its records are.
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
      // A closed shard ends before the range does: the last of its records is trimmed.
      trimmed ||= !isOver && iterator === undefined
      yield { records: all.filter((record) => placeInShard(record) <= end), trimmed }
      if (isOver || iterator === undefined) return
      inVain = all.length === 0 ? inVain + 1 : 0
      if (all.length === 0) await delay(empty.pauseMs)
    }
    if (!trimmed) throw new Error(`Shard ${range.shardId} does not come to ${range.endSequenceNumber}.`)
  }

  return { read }
}

function toLambdaRecord({ eventName, dynamodb = {} }: _Record): DynamoDBRecord {
  const { Keys = {}, NewImage = {}, SequenceNumber = '' } = dynamodb
  // Typed twice, and the same but for bytes: a commit's events are text, and whoever reads them leaves bytes alone.
  const [keys, image] = [Keys, NewImage] as [Image, Image]
  return { ...(eventName && { eventName }), dynamodb: { Keys: keys, NewImage: image, SequenceNumber } }
}

type Image = Record<string, AttributeValue>
