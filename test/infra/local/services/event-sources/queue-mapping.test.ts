import type { SQSRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Properties } from '../../../../../infra/local/cloud/template.ts'
import { createFaults, type Faults } from '../../../../../infra/local/faults/faults.ts'
import { startQueueMapping } from '../../../../../infra/local/services/event-sources/queue-mapping.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'
import type { Queue } from '../../../../../infra/local/services/sqs/queue.ts'
import { openQueues, type Queues } from '../../../../../infra/local/services/sqs/service.ts'
import { closeAfter, dataDir, log, region, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const quick = { timeout: 10_000, interval: 5 }
const arnOf = (name: string) => `arn:aws:sqs:${region}:000000000000:${name}`
const failing: Invocation = { payload: null, error: { errorType: 'Error', errorMessage: 'no' } }
const partial = { FunctionResponseTypes: ['ReportBatchItemFailures'] }
let queues: Queues
let faults: Faults

withDataDir()
beforeEach(() => {
  queues = openQueues({ dataDir, log: () => {} })
  faults = createFaults()
})
afterEach(() => void vi.useRealTimers())

/** Moves the clock forward, so that messages become visible again. */
function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

function queueOf(name = 'Failures', properties: Properties = { VisibilityTimeout: 300 }): Queue {
  return queues.createQueue({ name, arn: arnOf(name), baseUrl: 'http://127.0.0.1:4566', properties })
}

/** Maps a queue to a function in this process and records the bodies of each batch. */
function map(
  queue: Queue,
  answer: (records: SQSRecord[]) => unknown = () => undefined,
  properties: Properties = {},
  functionTimeoutSeconds = 0,
) {
  const records: SQSRecord[] = []
  const batches: string[][] = []
  const mapping = startQueueMapping({
    region,
    queue,
    functionTimeoutSeconds,
    faults,
    log,
    properties: { EventSourceArn: queue.arn, FunctionName: 'Annals-Redrive', ...properties },
    async invoke(payload): Promise<Invocation> {
      // AWS's type of the payload of a queue's event.
      const { Records } = payload as { Records: SQSRecord[] }
      records.push(...Records)
      batches.push(Records.map(({ body }) => body))
      const answered = await answer(Records)
      return answered === failing ? failing : { payload: answered }
    },
  })
  closeAfter(mapping.close)
  return { batches, records, mapping, seen: () => batches.flat() }
}

const left = (queue: Queue) => queue.receive(10, 0).map(({ body }) => body)
const failuresOf = (records: readonly SQSRecord[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
})

describe('a message', () => {
  it('has the shape that Lambda gives it', async () => {
    const queue = queueOf()
    queue.send('body', { ERROR_CODE: 'NO_RESOURCE' })
    const { records } = map(queue)
    await vi.waitFor(() => expect(records).toHaveLength(1), quick)
    expect(records[0]).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'body',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        ERROR_CODE: {
          dataType: 'String',
          stringValue: 'NO_RESOURCE',
          stringListValues: [],
          binaryListValues: [],
        },
      },
      md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: region,
    })
  })

  it('is delivered as soon as it is sent, and deleted once the function has handled it', async () => {
    const queue = queueOf()
    const { seen } = map(queue)
    queue.send('one')
    await vi.waitFor(() => expect(seen()).toEqual(['one']), quick)
    pass(301)
    expect(left(queue)).toEqual([])
  })

  it('is delivered again after its visibility timeout if the function failed, with the number of its receives', async () => {
    const queue = queueOf()
    queue.send('one')
    let failures = 2
    const { records } = map(queue, () => (failures-- > 0 ? failing : undefined))
    for (const times of [1, 2, 3]) {
      await vi.waitFor(() => expect(records).toHaveLength(times), quick)
      pass(301)
    }
    expect(records.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '2', '3'])
    expect(new Set(records.map(({ attributes }) => attributes.ApproximateFirstReceiveTimestamp)).size).toBe(1)
    expect(left(queue)).toEqual([])
  })

  it('is not delivered again before that', async () => {
    const queue = queueOf()
    queue.send('one')
    const { seen } = map(queue, () => failing)
    await vi.waitFor(() => expect(seen()).toEqual(['one']), quick)
    pass(299)
    queue.send('two')
    await vi.waitFor(() => expect(seen()).toEqual(['one', 'two']), quick)
  })

  it('moves to the dead-letter queue once it was received too often', async () => {
    const deadLetters = queueOf('DeadLetters')
    const RedrivePolicy = { deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 3 }
    const queue = queueOf('Failures', { VisibilityTimeout: 300, RedrivePolicy })
    queue.send('one')
    const { seen } = map(queue, () => failing)
    for (const times of [1, 2, 3]) {
      await vi.waitFor(() => expect(seen()).toHaveLength(times), quick)
      expect(left(deadLetters)).toEqual([])
      pass(301)
    }
    await vi.waitFor(() => expect(left(deadLetters)).toEqual(['one']), quick)
    expect(seen()).toEqual(['one', 'one', 'one'])
  })
})

describe('a batch', () => {
  it('has as many messages as the batch size allows', async () => {
    const queue = queueOf()
    for (const body of ['1', '2', '3', '4', '5']) queue.send(body)
    const { batches } = map(queue, undefined, { BatchSize: 2 })
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]), quick)
  })

  it('with some reported messages deletes the others', async () => {
    const queue = queueOf()
    for (const body of ['1', '2', '3']) queue.send(body)
    const bad = (records: SQSRecord[]) => records.filter(({ body }) => body === '2')
    const { seen, mapping } = map(queue, (records) => failuresOf(bad(records)), partial)
    await vi.waitFor(() => expect(seen()).toEqual(['1', '2', '3']), quick)
    await mapping.close()
    pass(301)
    expect(left(queue)).toEqual(['2'])
  })

  it.each([
    ['names an unknown message', { batchItemFailures: [{ itemIdentifier: 'nobody' }] }, partial, 2],
    ['is empty', { batchItemFailures: [] }, partial, 0],
    [
      'reports failures without the setting for that',
      { batchItemFailures: [{ itemIdentifier: 'nobody' }] },
      {},
      0,
    ],
  ])('with an answer that %s fails or succeeds as a whole', async (_, answer, properties, count) => {
    const queue = queueOf()
    for (const body of ['1', '2']) queue.send(body)
    const { seen, mapping } = map(queue, () => answer, properties)
    await vi.waitFor(() => expect(seen()).toEqual(['1', '2']), quick)
    await mapping.close()
    pass(301)
    expect(left(queue)).toHaveLength(count)
  })

  it('waits if as many are under way as the mapping allows', async () => {
    const queue = queueOf()
    const release: (() => void)[] = []
    let inFlight = 0
    let most = 0
    const { batches } = map(
      queue,
      async () => {
        most = Math.max(most, ++inFlight)
        await new Promise<void>((resolve) => release.push(resolve))
        inFlight--
      },
      { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
    )
    for (const body of ['1', '2', '3', '4']) queue.send(body)
    await vi.waitFor(() => {
      for (const resolve of release.splice(0)) resolve()
      expect(batches).toHaveLength(4)
    }, quick)
    for (const resolve of release.splice(0)) resolve()
    expect(most).toBe(2)
  })

  it('is delivered twice if deliveries fail', async () => {
    const queue = queueOf()
    faults.next('duplicate', { at: /^queue Annals-Redrive$/ })
    queue.send('one')
    const { seen } = map(queue)
    await vi.waitFor(() => expect(seen()).toEqual(['one', 'one']), quick)
  })
})

describe('a mapping', () => {
  it('that is disabled delivers nothing', async () => {
    const queue = queueOf()
    queue.send('one')
    const { mapping, seen } = map(queue, undefined, { Enabled: false })
    await mapping.close()
    expect(seen()).toEqual([])
  })

  it('delivers the messages that an earlier run of the local cloud left', async () => {
    queueOf().send('one')
    queues = openQueues({ dataDir, log: () => {} })
    const { seen } = map(queueOf())
    await vi.waitFor(() => expect(seen()).toEqual(['one']), quick)
  })

  it('is refused if messages would become visible again while the function still works on them', () => {
    expect(() => map(queueOf('Failures', {}), undefined, {}, 60)).toThrow(
      'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
    )
  })

  it.each([
    [
      { MaximumBatchingWindowInSeconds: 5 },
      'EventSourceMapping.MaximumBatchingWindowInSeconds is not modelled',
    ],
    [{ FilterCriteria: {} }, 'EventSourceMapping.FilterCriteria is not modelled'],
    [{ ScalingConfig: { Other: 1 } }, 'EventSourceMapping.ScalingConfig.Other is not modelled'],
    [{ BatchSize: 0 }, 'EventSourceMapping.BatchSize is not valid: 0'],
    [{ BatchSize: 11 }, 'EventSourceMapping.BatchSize is not valid: 11'],
    [
      { ScalingConfig: { MaximumConcurrency: 1 } },
      'EventSourceMapping.ScalingConfig.MaximumConcurrency is not valid: 1',
    ],
    [
      { FunctionResponseTypes: ['Other'] },
      'EventSourceMapping.FunctionResponseTypes is not valid: ["Other"]',
    ],
  ])('with %j is refused by the name of the property', (properties, message) => {
    expect(() => map(queueOf(), undefined, properties)).toThrow(message)
  })
})
