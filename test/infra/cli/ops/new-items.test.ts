import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { readNewItems } from '../../../../infra/cli/ops/new-items.ts'

type Call = readonly [operation: string, detail: unknown]
type Input = Readonly<Record<string, unknown>>

/**
 * Serves a stream for one test. It answers each call with `answer`, which returns an error if it has a
 * `__type`.
 */
async function stream(answer: (operation: string, input: Input) => Input) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const input: Input = JSON.parse(Buffer.concat(await request.toArray()).toString())
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const { ShardId, ShardIteratorType, SequenceNumber, ShardIterator } = input
    if (operation === 'GetShardIterator')
      calls.push([operation, [ShardId, ShardIteratorType, SequenceNumber].filter(Boolean).join(' ')])
    if (operation === 'GetRecords') calls.push([operation, ShardIterator])
    const output = answer(operation, input)
    response.writeHead('__type' in output ? 400 : 200).end(JSON.stringify(output))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a server that is listening has an address object
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  return { settings, calls }
}

const put = (pk: string, number: string, eventName = 'INSERT') => ({
  eventName,
  dynamodb: { SequenceNumber: number, NewImage: { pk: { S: pk } } },
})

/** The first `count` items, and how often it reported that it was ready before them. */
async function take(settings: Parameters<typeof readNewItems>[0]['settings'], count: number) {
  const ended = new AbortController()
  const items: unknown[] = []
  let ready = 0
  const onReady = () => {
    ready += 1
  }
  for await (const item of readNewItems({
    settings,
    streamArn: 'arn',
    signal: ended.signal,
    onReady,
    pauseMs: 1,
  })) {
    items.push(item)
    if (items.length === count) ended.abort()
  }
  return { items, ready }
}

it('reads new items in the open shards, and all items in their child shards', async () => {
  let listed = 0
  const { settings, calls } = await stream((operation, input) => {
    if (operation === 'DescribeStream') {
      listed += 1
      const shards = [{ ShardId: 'old' }, { ShardId: 'open', ParentShardId: 'old' }]
      const child = { ShardId: 'child', ParentShardId: 'open' }
      return { StreamDescription: { Shards: listed === 1 ? shards : [...shards, child] } }
    }
    if (operation === 'GetShardIterator') return { ShardIterator: `${input['ShardId']}-1` }
    if (input['ShardIterator'] === 'open-1')
      return { Records: [put('a', '1'), put('b', '2', 'MODIFY')], NextShardIterator: 'open-2' }
    if (input['ShardIterator'] === 'open-2') return { Records: [put('c', '3')] }
    return { Records: [put('d', '4')], NextShardIterator: 'child-2' }
  })
  expect(await take(settings, 3)).toEqual({ items: [{ pk: 'a' }, { pk: 'c' }, { pk: 'd' }], ready: 1 })
  expect(calls).toEqual([
    ['GetShardIterator', 'open LATEST'],
    ['GetRecords', 'open-1'],
    ['GetRecords', 'open-2'],
    ['GetShardIterator', 'child TRIM_HORIZON'],
    ['GetRecords', 'child-1'],
  ])
})

it.each([
  ['an iterator that expired', 'ExpiredIteratorException', 'shard AFTER_SEQUENCE_NUMBER 1'],
  ['a record that was trimmed', 'TrimmedDataAccessException', 'shard TRIM_HORIZON'],
])('continues after %s', async (_, error, start) => {
  let opened = 0
  const { settings, calls } = await stream((operation, input) => {
    if (operation === 'DescribeStream') return { StreamDescription: { Shards: [{ ShardId: 'shard' }] } }
    if (operation === 'GetShardIterator') {
      opened += 1
      return { ShardIterator: `opened-${opened}` }
    }
    if (input['ShardIterator'] === 'opened-1') return { Records: [put('a', '1')], NextShardIterator: 'gone' }
    if (input['ShardIterator'] === 'gone') return { __type: error, message: 'gone' }
    return { Records: [put('b', '2')], NextShardIterator: 'next' }
  })
  expect((await take(settings, 2)).items).toEqual([{ pk: 'a' }, { pk: 'b' }])
  expect(calls).toContainEqual(['GetShardIterator', start])
})

it('reports why it cannot read the stream', async () => {
  const { settings } = await stream(() => ({
    __type: 'ResourceNotFoundException',
    message: 'no such stream',
  }))
  await expect(take(settings, 1)).rejects.toThrow('no such stream')
})
