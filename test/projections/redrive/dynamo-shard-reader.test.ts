import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import { type DynamoDb, listShards, startDynamoDb } from '../../../infra/local/index.ts'
import { createDynamoShardReader } from '../../../projections/redrive/dynamo-shard-reader.ts'
import { pagesOf, recordsOf, shardReaderContract } from '../../contract/shard-reader.ts'
import { awsServer, json } from '../../kit/local-cloud/aws-server.ts'
import { newDataDir, removeDataDir } from '../../kit/local-cloud/data-dir.ts'
import { startStreamGateway } from '../../kit/local-cloud/stream-gateway.ts'
import { newCommit } from '../../kit/stores/commits.ts'

const region = 'eu-west-1'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
let folder: string
let db: DynamoDb
let gateway: Awaited<ReturnType<typeof startStreamGateway>>
let client: DynamoDBClient
let tables = 0

beforeAll(async () => {
  folder = newDataDir()
  db = await startDynamoDb({ dataDir: folder, allowRemote: false, region, log: () => {} })
  client = new DynamoDBClient({ endpoint: db.endpoint, region, credentials: db.credentials })
  gateway = await startStreamGateway({ endpoint: db.endpoint, region })
})

afterAll(async () => {
  await gateway.close()
  client.destroy()
  await db.close()
  removeDataDir(folder)
})

const readerOfCloud = () => createDynamoShardReader({ endpoint: gateway.url, region, credentials })

async function openShard() {
  tables += 1
  const { name, streamArn = '' } = await db.createTable(`Store${tables}`, {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  })
  let shardId = ''
  let last = 0
  return {
    reader: readerOfCloud(),
    streamArn,
    range: (startSequenceNumber: string, endSequenceNumber: string) => ({
      streamArn,
      shardId,
      startSequenceNumber,
      endSequenceNumber,
    }),
    async write(commits: number) {
      const puts = Array.from({ length: commits }, (_, index) => ({
        PutRequest: {
          Item: marshall(toItem({ ...newCommit(), stream: `voyage-${index}`, version: 1 })),
        },
      }))
      while (puts.length > 0)
        await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: puts.splice(0, 25) } }))
      const [shard] = await listShards({ endpoint: db.endpoint, region }, streamArn)
      shardId = shard?.ShardId ?? ''
      last += commits
      return Array.from({ length: commits }, (_, index) =>
        String(last - commits + index + 1).padStart(21, '0'),
      )
    },
  }
}

shardReaderContract('DynamoDB Streams', openShard)

describe('a shard', () => {
  it('that no longer exists has no records', async () => {
    const { range, write, reader } = await openShard()
    const [number = ''] = await write(1)
    const shardId = 'shardId-00000000000000000000-gone'
    expect(await pagesOf(reader, { ...range(number, number), shardId })).toEqual([
      { records: [], trimmed: true },
    ])
  })

  it('of a deleted stream has no records either', async () => {
    const { range, write, reader } = await openShard()
    const [number = ''] = await write(1)
    const streamArn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/Gone/stream/2026-01-01T00:00:00.000'
    expect(await pagesOf(reader, { ...range(number, number), streamArn })).toEqual([
      { records: [], trimmed: true },
    ])
  })
})

const range = {
  streamArn: 'stream',
  shardId: 'shard-0000000000000000000000',
  startSequenceNumber: '5',
  endSequenceNumber: '7',
}
const answers = (...pages: object[]) => {
  let next = 0
  return awsServer((response) => {
    const page = pages[Math.min(next, pages.length - 1)] ?? {}
    next += 1
    json(page, '__type' in page ? 400 : 200)(response)
  })
}
const page = (numbers: readonly string[], more: boolean) => ({
  Records: numbers.map((SequenceNumber) => ({ eventName: 'INSERT', dynamodb: { SequenceNumber } })),
  ...(more && { NextShardIterator: 'next' }),
})
const opened = { ShardIterator: 'first' }

describe('a reading', () => {
  it('continues after an empty page that is not the last', async () => {
    const { config } = await answers(opened, page([], true), page(['5', '6'], true), page(['7', '8'], true))
    const records = recordsOf(await pagesOf(createDynamoShardReader(config), range))
    expect(records.map(({ dynamodb }) => dynamodb?.SequenceNumber)).toEqual(['5', '6', '7'])
  })

  it('reports trimmed records if the shard ends too early', async () => {
    const { config } = await answers(opened, page(['5'], false))
    const pages = await pagesOf(createDynamoShardReader(config), range)
    expect(pages).toMatchObject([{ records: [{ dynamodb: { SequenceNumber: '5' } }], trimmed: true }])
  })

  it('continues with the remaining records if some in its middle are trimmed', async () => {
    const trimmed = { __type: 'TrimmedDataAccessException', message: 'too old' }
    const { config, requests } = await answers(opened, page(['5'], true), trimmed, opened, page(['7'], true))
    const pages = await pagesOf(createDynamoShardReader(config), range)
    expect(pages).toMatchObject([
      { records: [{ dynamodb: { SequenceNumber: '5' } }], trimmed: false },
      { records: [{ dynamodb: { SequenceNumber: '7' } }], trimmed: true },
    ])
    expect(JSON.parse(requests[3]?.body ?? '')).toMatchObject({ ShardIteratorType: 'TRIM_HORIZON' })
  })

  it('fails if it never reaches the end of the range', async () => {
    const { config } = await answers(opened, page([], true))
    await expect(pagesOf(createDynamoShardReader(config), range)).rejects.toThrow('ends before 7')
  })

  it('fails if the stream does not answer', async () => {
    const { config } = await answers({ __type: 'ValidationException', message: 'no' })
    await expect(pagesOf(createDynamoShardReader(config), range)).rejects.toThrow('no')
  })
})
