import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFaults } from '../../../../../infra/local/faults/faults.ts'
import { type DynamoDb, startDynamoDb } from '../../../../../infra/local/services/dynamodb/service.ts'
import type { DiscardedBatch } from '../../../../../infra/local/services/event-sources/stream-batch.ts'
import {
  type StreamMapping,
  startStreamMapping,
} from '../../../../../infra/local/services/event-sources/stream-mapping.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'

const region = 'eu-west-1'
const functionName = 'arn:aws:lambda:eu-west-1:000000000000:function:projector'
const quick = { timeout: 10_000, interval: 5 }
let folder: string
let db: DynamoDb
let client: DynamoDBClient
let tables = 0
const open: StreamMapping[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-mapping-'))
  db = await startDynamoDb({ dataDir: folder, allowRemote: false, region, log: () => {} })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new DynamoDBClient({ endpoint: db.endpoint, region, credentials })
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((mapping) => mapping.close()))
})

afterAll(async () => {
  client.destroy()
  await db.close()
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

async function makeTable(logicalId = `Table${++tables}`): Promise<{ name: string; streamArn: string }> {
  const { name, streamArn = '' } = await db.createTable(logicalId, {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
  return { name, streamArn }
}

async function put(table: string, pk: string, sk: number, value = ''): Promise<void> {
  const Item = { pk: { S: pk }, sk: { N: String(sk) }, value: { S: value } }
  await client.send(new PutItemCommand({ TableName: table, Item }))
}

type Answer = (records: DynamoDBRecord[]) => unknown

/** Maps a stream to a function in this process and records its calls. */
function map(
  table: { name: string; streamArn: string },
  properties: Record<string, unknown> = {},
  answer: Answer = () => undefined,
  onFailure?: (batch: DiscardedBatch) => Promise<void>,
) {
  const batches: DynamoDBRecord[][] = []
  const faults = createFaults()
  const mapping = startStreamMapping({
    endpoint: db.endpoint,
    region,
    streamArn: table.streamArn,
    properties: { FunctionName: functionName, StartingPosition: 'TRIM_HORIZON', ...properties },
    stateDir: join(folder, 'state', table.name),
    faults,
    log: () => {},
    async invoke(payload): Promise<Invocation> {
      // AWS's type of the payload of a stream's event.
      const { Records } = payload as { Records: DynamoDBRecord[] }
      batches.push(Records)
      try {
        return { payload: await answer(Records) }
      } catch (error) {
        return { payload: null, error: { errorType: 'Error', errorMessage: String(error) } }
      }
    },
    ...(onFailure && { onFailure }),
  })
  open.push(mapping)
  return { mapping, batches, faults, seen: () => batches.flat().map(placeOf) }
}

function placeOf(record: DynamoDBRecord): string {
  return `${record.dynamodb?.Keys?.['pk']?.S}/${record.dynamodb?.Keys?.['sk']?.N}`
}

function numberOf(record: DynamoDBRecord | undefined): string | undefined {
  return record?.dynamodb?.SequenceNumber
}

describe('A record', () => {
  test('has the shape that Lambda gives it', async () => {
    const table = await makeTable()
    await put(table.name, 'a', 1, 'one')
    await put(table.name, 'a', 1, 'two')
    const { batches } = map(table)
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(2), quick)
    const [first, second] = batches.flat()
    expect(first).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      eventSourceARN: table.streamArn,
      dynamodb: {
        ApproximateCreationDateTime: expect.closeTo(Date.now() / 1000, -2),
        Keys: { pk: { S: 'a' }, sk: { N: '1' } },
        NewImage: { pk: { S: 'a' }, sk: { N: '1' }, value: { S: 'one' } },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })
    expect(second?.eventName).toBe('MODIFY')
    expect(second?.dynamodb?.OldImage?.['value']).toEqual({ S: 'one' })
    expect(second?.eventID).not.toBe(first?.eventID)
  })

  test('that no filter passes is not delivered, and does not delay others', async () => {
    const table = await makeTable()
    for (const pk of ['x', 'keep-1', 'x', 'keep-2', 'x']) await put(table.name, pk, 1)
    await put(table.name, 'keep-1', 1, 'changed')
    const Pattern = JSON.stringify({
      eventName: ['INSERT'],
      dynamodb: { Keys: { pk: { S: [{ prefix: 'keep' }] } } },
    })
    const { seen } = map(table, { FilterCriteria: { Filters: [{ Pattern }] } })
    await vi.waitFor(() => expect(seen()).toEqual(['keep-1/1', 'keep-2/1']), quick)
  })
})

describe('A batch', () => {
  test('has as many records as the batch size allows, in order', async () => {
    const table = await makeTable()
    for (let sk = 1; sk <= 7; sk++) await put(table.name, 'a', sk)
    const { batches } = map(table, { BatchSize: 3 })
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([3, 3, 1]), quick)
    expect(batches.flat().map(placeOf)).toEqual([1, 2, 3, 4, 5, 6, 7].map((sk) => `a/${sk}`))
  })

  test('waits for its window, or until it is full', async () => {
    const table = await makeTable()
    const { batches, mapping } = map(table, { BatchSize: 4, MaximumBatchingWindowInSeconds: 300 })
    for (let sk = 1; sk <= 4; sk++) {
      await put(table.name, 'a', sk)
      mapping.wake()
    }
    await vi.waitFor(() => expect(batches).toHaveLength(1), quick)
    expect(batches[0]).toHaveLength(4)
  })

  test('with several lanes keeps the order of each item while different items overlap', async () => {
    const table = await makeTable()
    const items = Array.from({ length: 12 }, (_, index) => `item-${index}`)
    for (const value of ['one', 'two', 'three']) {
      for (const pk of items) await put(table.name, pk, 1, value)
    }
    let inFlight = 0
    let most = 0
    const values = new Map<string, unknown[]>()
    map(table, { BatchSize: 1, ParallelizationFactor: 10 }, async ([record]) => {
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setImmediate(resolve))
      const pk = record?.dynamodb?.Keys?.['pk']?.S ?? ''
      values.set(pk, [...(values.get(pk) ?? []), record?.dynamodb?.NewImage?.['value']?.S])
      inFlight--
    })
    await vi.waitFor(() => expect([...values.values()].flat()).toHaveLength(36), quick)
    for (const pk of items) expect(values.get(pk)).toEqual(['one', 'two', 'three'])
    expect(most).toBeGreaterThan(1)
  })
})

describe('A failure', () => {
  test('is delivered again until it succeeds, and delays the records after it', async () => {
    const table = await makeTable()
    for (let sk = 1; sk <= 3; sk++) await put(table.name, 'a', sk)
    let failures = 2
    const { seen } = map(table, { BatchSize: 1 }, () => {
      if (failures-- > 0) throw new Error('not yet')
    })
    await vi.waitFor(() => expect(seen()).toEqual(['a/1', 'a/1', 'a/1', 'a/2', 'a/3']), quick)
  })

  test('goes to the failure destination once its retries are used up, and the shard continues', async () => {
    const table = await makeTable()
    for (const pk of ['a', 'bad', 'c']) await put(table.name, pk, 1)
    const discarded: DiscardedBatch[] = []
    const { batches } = map(
      table,
      { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: {} } },
      (records) => {
        if (records.some((record) => placeOf(record) === 'bad/1')) throw new Error('never')
      },
      async (batch) => void discarded.push(batch),
    )
    await vi.waitFor(() => expect(batches.at(-1)?.map(placeOf)).toEqual(['c/1']), quick)
    const bad = numberOf(batches[0]?.[1])
    expect(discarded).toMatchObject([
      {
        requestContext: { functionArn: functionName, condition: 'RetryAttemptsExhausted' },
        DDBStreamBatchInfo: { startSequenceNumber: bad, endSequenceNumber: bad, batchSize: 1 },
      },
    ])
  })
})

describe('A faulty delivery', () => {
  const oneByOne = { BatchSize: 1 }

  test('is made twice', async () => {
    const table = await makeTable()
    const { seen, faults } = map(table, oneByOne)
    faults.next('duplicate')
    await put(table.name, 'a', 1)
    await put(table.name, 'a', 2)
    await vi.waitFor(() => expect(seen()).toEqual(['a/1', 'a/1', 'a/2']), quick)
  })

  test('is overtaken by later records, unless they are of the same item', async () => {
    const table = await makeTable()
    for (const [pk, value] of [
      ['a', 'one'],
      ['b', 'one'],
      ['a', 'two'],
      ['c', 'one'],
    ] as const)
      await put(table.name, pk, 1, value)
    const { seen, faults } = map(table, oneByOne)
    faults.next('reorder', { delayMs: 300 })
    await vi.waitFor(() => expect(seen()).toEqual(['b/1', 'a/1', 'a/1', 'c/1']), quick)
  })

  test('repeats the records before it', async () => {
    const table = await makeTable()
    const { seen, faults } = map(table, oneByOne)
    for (const sk of [1, 2]) await put(table.name, 'a', sk)
    await vi.waitFor(() => expect(seen()).toHaveLength(2), quick)
    faults.next('rewind')
    await put(table.name, 'a', 3)
    await vi.waitFor(() => expect(seen()).toEqual(['a/1', 'a/2', 'a/1', 'a/2', 'a/3']), quick)
  })

  test('is made after a restart if it was late', async () => {
    const table = await makeTable()
    const first = map(table, oneByOne)
    // Longer than the test: only the restart can deliver it.
    first.faults.next('reorder', { delayMs: 60_000 })
    await put(table.name, 'a', 1)
    await put(table.name, 'b', 1)
    await vi.waitFor(() => expect(first.seen()).toEqual(['b/1']), quick)
    await first.mapping.close()
    const { seen } = map(table, oneByOne)
    await vi.waitFor(() => expect(seen()).toEqual(['a/1', 'b/1']), quick)
  })
})

describe('A mapping that starts again', () => {
  test('continues after the last finished batch, with the records written meanwhile', async () => {
    const table = await makeTable()
    await put(table.name, 'a', 1)
    const before = map(table)
    await vi.waitFor(() => expect(before.seen()).toEqual(['a/1']), quick)
    await before.mapping.close()
    await put(table.name, 'a', 2)
    const after = map(table)
    await vi.waitFor(() => expect(after.seen()).toEqual(['a/2']), quick)
  })

  test('does not repeat a delivery that was under way at the close and finished soon after', async () => {
    const table = await makeTable()
    await put(table.name, 'a', 1)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const before = map(table, {}, () => held)
    await vi.waitFor(() => expect(before.seen()).toEqual(['a/1']), quick)
    const closing = before.mapping.close()
    release()
    await closing
    await put(table.name, 'a', 2)
    const after = map(table)
    await vi.waitFor(() => expect(after.seen()).toEqual(['a/2']), quick)
  })

  test('repeats unfinished deliveries', async () => {
    const table = await makeTable()
    for (let sk = 1; sk <= 3; sk++) await put(table.name, 'a', sk)
    const before = map(table, { FunctionResponseTypes: ['ReportBatchItemFailures'] }, (records) => ({
      batchItemFailures: records.slice(-2).map((record) => ({ itemIdentifier: numberOf(record) })),
    }))
    await vi.waitFor(() => expect(before.seen()).toEqual(['a/1', 'a/2', 'a/3', 'a/2', 'a/3']), quick)
    await before.mapping.close()
    const after = map(table)
    await vi.waitFor(() => expect(after.seen()).toEqual(['a/2', 'a/3']), quick)
  })

  test('reads a table that was created again from its beginning', async () => {
    const table = await makeTable('MadeAnew')
    for (let sk = 1; sk <= 3; sk++) await put(table.name, 'a', sk)
    const before = map(table)
    await vi.waitFor(() => expect(before.seen()).toHaveLength(3), quick)
    await before.mapping.close()
    await client.send(new DeleteTableCommand({ TableName: table.name }))
    const again = await makeTable('MadeAnew')
    await put(again.name, 'b', 1)
    const after = map(again)
    await vi.waitFor(() => expect(after.seen()).toEqual(['b/1']), quick)
  })

  test('reads everything if its checkpoint is ahead of the stream', async () => {
    const ahead = await makeTable()
    for (let sk = 1; sk <= 3; sk++) await put(ahead.name, 'a', sk)
    const before = map(ahead)
    await vi.waitFor(() => expect(before.seen()).toHaveLength(3), quick)
    await before.mapping.close()
    await client.send(new DeleteTableCommand({ TableName: ahead.name }))
    const older = await makeTable(`Table${tables}`)
    await put(older.name, 'b', 1)
    // To the mapping it is the same stream, as after its data file was replaced by an older copy.
    const after = map({ name: older.name, streamArn: ahead.streamArn })
    await vi.waitFor(() => expect(after.seen()).toEqual(['b/1']), quick)
  })

  test('at LATEST skips only the records before its first start', async () => {
    const table = await makeTable()
    await put(table.name, 'a', 1)
    const first = map(table, { StartingPosition: 'LATEST' })
    const state = join(folder, 'state', table.name)
    await vi.waitFor(() => expect(readdirSync(state)).toEqual([expect.stringMatching(/json$/)]), quick)
    await put(table.name, 'a', 2)
    await vi.waitFor(() => expect(first.seen()).toEqual(['a/2']), quick)
    await first.mapping.close()
    await put(table.name, 'a', 3)
    const second = map(table, { StartingPosition: 'LATEST' })
    await vi.waitFor(() => expect(second.seen()).toEqual(['a/3']), quick)
  })
})

describe('A property', () => {
  test.each([
    [{ TumblingWindowInSeconds: 5 }, 'TumblingWindowInSeconds is not modelled'],
    [{ DestinationConfig: { OnFailure: {} } }, 'DestinationConfig is not modelled'],
    [{ StartingPosition: 'AT_TIMESTAMP' }, 'StartingPosition is not valid: "AT_TIMESTAMP"'],
    [{ BatchSize: 0 }, 'BatchSize is not valid: 0'],
    [{ ParallelizationFactor: 11 }, 'ParallelizationFactor is not valid: 11'],
    [{ MaximumRecordAgeInSeconds: 59 }, 'MaximumRecordAgeInSeconds is not valid: 59'],
    [{ FilterCriteria: { Filters: [{ Pattern: '{"eventName":"INSERT"}' }] } }, '$.eventName'],
  ])('%o is refused by name', async (properties, message) => {
    expect(() => map({ name: 'none', streamArn: 'none' }, properties)).toThrow(message)
  })
})
