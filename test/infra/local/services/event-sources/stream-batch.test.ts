import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import type { StreamRecord } from '../../../../../infra/local/services/dynamodb/stream-shards.ts'
import {
  type DiscardedBatch,
  deliver,
  type RetryPolicy,
} from '../../../../../infra/local/services/event-sources/stream-batch.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'

const now = Date.now() / 1000
const identified = (...numbers: unknown[]) => ({
  batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })),
})
const fails: Invocation = { payload: null, error: { errorType: 'Error', errorMessage: 'no' } }

function record(number: string, at = now): StreamRecord {
  return {
    eventName: 'INSERT',
    dynamodb: {
      Keys: { pk: { S: number } },
      SequenceNumber: number,
      SizeBytes: 10,
      ApproximateCreationDateTime: at,
    },
  }
}

/**
 * Delivers a batch in which each character is a record. Returns the calls, the settled and the discarded
 * records.
 */
async function run(
  batch: string | StreamRecord[],
  policy: Partial<RetryPolicy>,
  answer: (numbers: string, call: number) => unknown,
) {
  const calls: string[] = []
  const settled: string[] = []
  const discarded: string[] = []
  const batches: DiscardedBatch[] = []
  await deliver(typeof batch === 'string' ? [...batch].map((number) => record(number)) : batch, {
    source: { streamArn: 'stream', shardId: 'shard', region: 'eu-west-1', functionArn: 'function' },
    policy: { retries: 2, maxAgeMs: Infinity, bisect: false, partialResponses: true, ...policy },
    signal: new AbortController().signal,
    log: () => {},
    onSettled: (records) => settled.push(...records.map(({ dynamodb }) => dynamodb.SequenceNumber)),
    async onDiscarded(one) {
      const { startSequenceNumber, endSequenceNumber } = one.DDBStreamBatchInfo
      discarded.push(`${startSequenceNumber}-${endSequenceNumber}`)
      batches.push(one)
    },
    async invoke(payload) {
      // The event of a stream, as `deliver` creates it.
      const { Records } = payload as { Records: DynamoDBRecord[] }
      calls.push(Records.map(({ dynamodb }) => dynamodb?.SequenceNumber).join(''))
      const answered = answer(calls.at(-1) ?? '', calls.length)
      return answered === fails ? fails : { payload: answered }
    },
  })
  return { calls, settled: settled.join(''), discarded, batches }
}

describe('An answer', () => {
  test.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {}],
    ['no list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('of %s is success', async (_, answer) => {
    expect(await run('abc', {}, () => answer)).toMatchObject({
      calls: ['abc'],
      settled: 'abc',
      discarded: [],
    })
  })

  test.each([
    ['an empty identifier', identified('')],
    ['a null identifier', identified(null)],
    ['an unknown identifier beside a known one', identified('c', 'z')],
    ['another key', { batchItemFailures: [{ sequenceNumber: 'c' }] }],
    ['an entry that is null', { batchItemFailures: [null] }],
    ['a value that is not a list', { batchItemFailures: 'c' }],
    ['text', 'done'],
    ['a list', ['c']],
  ])('with %s fails the whole batch', async (_, answer) => {
    const result = await run('abc', {}, (__, call) => (call === 1 ? answer : null))
    expect(result).toMatchObject({ calls: ['abc', 'abc'], settled: 'abc', discarded: [] })
  })

  test('rewinds to the lowest reported record, whatever their order', async () => {
    const result = await run('abcde', {}, (_, call) => (call === 1 ? identified('d', 'b') : null))
    expect(result).toMatchObject({ calls: ['abcde', 'bcde'], settled: 'abcde' })
  })

  test('is ignored if partial responses are not enabled', async () => {
    const result = await run('abc', { partialResponses: false }, () => identified('b'))
    expect(result).toMatchObject({ calls: ['abc'], settled: 'abc' })
  })
})

describe('A batch that keeps failing', () => {
  test("is reported to the failure destination in Lambda's shape", async () => {
    const { batches } = await run(
      [record('a', 1_573_690_399), record('b', 1_573_690_400)],
      { retries: 0 },
      () => fails,
    )
    expect(batches).toEqual([
      {
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionArn: 'function',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 1,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        DDBStreamBatchInfo: {
          shardId: 'shard',
          startSequenceNumber: 'a',
          endSequenceNumber: 'b',
          approximateArrivalOfFirstRecord: '2019-11-14T00:13:19Z',
          approximateArrivalOfLastRecord: '2019-11-14T00:13:20Z',
          batchSize: 2,
          streamArn: 'stream',
        },
      },
    ])
  })

  test('because of reported records goes to the failure destination without an error', async () => {
    const { batches } = await run('ab', { retries: 0 }, () => identified('b'))
    expect(batches).toMatchObject([{ responseContext: { functionError: null } }])
  })

  test('is discarded after its retries, with the records after the failure', async () => {
    const result = await run('abc', {}, () => identified('b'))
    expect(result).toMatchObject({ calls: ['abc', 'bc', 'bc'], settled: 'abc', discarded: ['b-c'] })
    expect(result.batches[0]?.requestContext).toMatchObject({
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    })
  })

  test('is split in halves without using a retry, until only the bad record is left', async () => {
    const result = await run('abcd', { bisect: true, retries: 1 }, (numbers) =>
      numbers.includes('c') ? fails : null,
    )
    expect(result.calls).toEqual(['abcd', 'ab', 'cd', 'c', 'c', 'd'])
    expect(result).toMatchObject({ settled: 'abcd', discarded: ['c-c'] })
  })

  test('is split at the reported record', async () => {
    const result = await run('abcd', { bisect: true, retries: 0 }, (numbers) =>
      numbers.includes('c') ? identified('c') : null,
    )
    expect(result.calls).toEqual(['abcd', 'cd', 'c', 'd'])
    expect(result).toMatchObject({ settled: 'abcd', discarded: ['c-c'] })
  })

  test('is discarded immediately if no retry is allowed', async () => {
    expect(await run('ab', { retries: 0 }, () => fails)).toMatchObject({ calls: ['ab'], discarded: ['a-b'] })
  })
})

test('Records that are too old are discarded without a call, and the others delivered', async () => {
  const batch = [record('a', now - 120), record('b', now - 61), record('c')]
  const result = await run(batch, { maxAgeMs: 60_000 }, () => null)
  expect(result).toMatchObject({ calls: ['c'], settled: 'abc', discarded: ['a-b'] })
  expect(result.batches[0]).toMatchObject({
    requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
    DDBStreamBatchInfo: { batchSize: 2, shardId: 'shard', streamArn: 'stream' },
  })
  expect(result.batches[0]).not.toHaveProperty('responseContext')
})
