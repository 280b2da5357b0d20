import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AwsService } from '../../../../../infra/local/gateway/aws-service.ts'
import { startDynamoDb } from '../../../../../infra/local/services/dynamodb/service.ts'
import { listShards } from '../../../../../infra/local/services/dynamodb/stream-shards.ts'
import { createDynamoDbStreams } from '../../../../../infra/local/services/dynamodb/streams-service.ts'
import {
  closeAfter,
  dataDir,
  log,
  region,
  serve,
  withDataDir,
} from '../../../../kit/local-cloud/local-service.ts'

let client: DynamoDBStreamsClient
let service: AwsService
let streamArn: string
let shardId: string

withDataDir()
beforeEach(async () => {
  const db = await startDynamoDb({ dataDir, allowRemote: false, region, log })
  closeAfter(db.close)
  service = createDynamoDbStreams({ endpoint: db.endpoint, region })
  const config = await serve(service)
  client = new DynamoDBStreamsClient(config)
  const table = await db.createTable('Store', {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  })
  streamArn = table.streamArn ?? ''
  const tables = new DynamoDBClient({ ...config, endpoint: db.endpoint })
  for (const pk of ['a', 'b', 'c', 'd'])
    await tables.send(new PutItemCommand({ TableName: table.name, Item: { pk: { S: pk } } }))
  const [shard] = await listShards({ endpoint: db.endpoint, region }, streamArn)
  shardId = shard?.ShardId ?? ''
})

async function iteratorAt(over: Partial<GetShardIteratorCommandInput>) {
  const input = { StreamArn: streamArn, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' as const }
  const { ShardIterator = '' } = await client.send(new GetShardIteratorCommand({ ...input, ...over }))
  return ShardIterator
}

const at = (number: number) => ({
  ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const,
  SequenceNumber: String(number).padStart(21, '0'),
})

async function read(ShardIterator: string | undefined, Limit = 10) {
  const { Records = [], NextShardIterator } = await client.send(
    new GetRecordsCommand({ ShardIterator, Limit }),
  )
  return { keys: Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S), next: NextShardIterator }
}

describe('a shard', () => {
  it('is read from its oldest record, or from the requested one', async () => {
    expect((await read(await iteratorAt({}))).keys).toEqual(['a', 'b', 'c', 'd'])
    expect((await read(await iteratorAt(at(3)))).keys).toEqual(['c', 'd'])
  })

  it('is read page by page, and always has another page while it is open', async () => {
    const first = await read(await iteratorAt(at(2)), 2)
    expect(first.keys).toEqual(['b', 'c'])
    const second = await read(first.next)
    expect(second.keys).toEqual(['d'])
    expect(await read(second.next)).toEqual({ keys: [], next: expect.any(String) })
  })
})

describe('an iterator', () => {
  it('names its stream, so that reading with it needs the permission on that', async () => {
    const ShardIterator = await iteratorAt({})
    expect(ShardIterator).toMatch(/^arn:aws:dynamodb:eu-west-1:\d+:table\/[^|]+\/stream\/[^|]+\|1\|./)
    const request = (operation: string, input: object) => ({
      operation,
      headers: {},
      body: Buffer.from(JSON.stringify(input)),
    })
    const { next } = await read(ShardIterator)
    for (const iterator of [ShardIterator, next])
      expect(service.permissions(request('GetRecords', { ShardIterator: iterator }))).toEqual([
        { action: 'dynamodb:GetRecords', resource: streamArn },
      ])
    expect(
      service.permissions(request('GetShardIterator', { ...at(1), StreamArn: streamArn, ShardId: shardId })),
    ).toEqual([{ action: 'dynamodb:GetShardIterator', resource: streamArn }])
  })

  it.each([
    ['at a trimmed record', () => at(0), 'TrimmedDataAccessException'],
    [
      'of a shard that no longer exists',
      () => ({ ShardId: 'shardId-00000000000000000000-gone' }),
      'ResourceNotFoundException',
    ],
    [
      'of a stream that no longer exists',
      () => ({ StreamArn: streamArn.replace('Store', 'Gone') }),
      'ResourceNotFoundException',
    ],
    [
      'of an unknown type',
      () => ({ ShardIteratorType: 'AT_TIMESTAMP' as 'LATEST' }), // a type that only Kinesis has
      'ValidationException',
    ],
  ])("%s is refused in DynamoDB's words", async (_, input, name) => {
    await expect(iteratorAt(input())).rejects.toMatchObject({ name })
  })

  it('with invalid text is refused', async () => {
    await expect(read('nonsense')).rejects.toMatchObject({ name: 'ValidationException' })
  })
})

it('a stream lists its shards', async () => {
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn: streamArn }))
  expect(StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toContain(shardId)
})
