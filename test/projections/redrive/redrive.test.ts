import type { DynamoDBRecord, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { changedCommit, streamHandler } from '../../../projections/delivery/stream-handler.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import type { BusEntry, EventBus } from '../../../projections/publishing/event-bus.ts'
import { forwardHandler } from '../../../projections/publishing/forward-handler.ts'
import { createMemoryParkedStreams } from '../../../projections/publishing/memory-parked-streams.ts'
import { createMemoryShardReader } from '../../../projections/redrive/memory-shard-reader.ts'
import { type RedriveOptions, redriveHandler } from '../../../projections/redrive/redrive-handler.ts'
import { fleetCatalogue, fleetVersions, voyages } from '../../kit/fleet/fleet.ts'
import { planned, postponed, wrecked } from '../../kit/fleet/history.ts'
import type { VoyageEvent } from '../../kit/fleet/voyage-events.ts'
import { generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'
import { record } from '../../kit/stores/stream-record.ts'

const numberOf = (one: DynamoDBRecord | undefined) => one?.dynamodb?.SequenceNumber ?? ''

/** Lambda's message about the records from one to another (Lambda developer guide). */
function messageOf(first: DynamoDBRecord, last = first, over: Partial<SQSRecord> = {}): SQSRecord {
  const body = {
    requestContext: {
      requestId: '316aa6d0-8154-xmpl-9af7-85d5f4a6bc81',
      functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:myfunction',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 1,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2019-11-14T00:13:49.717Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001573689847184-864758bb',
      startSequenceNumber: numberOf(first),
      endSequenceNumber: numberOf(last),
      approximateArrivalOfFirstRecord: '2019-11-14T00:13:19Z',
      approximateArrivalOfLastRecord: '2019-11-14T00:13:19Z',
      batchSize: 1,
      streamArn: 'arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388',
    },
  }
  return {
    messageId: `message-${numberOf(first)}`,
    receiptHandle: '',
    body: JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:ProjectorFailures',
    awsRegion: '',
    ...over,
  }
}

const done = { batchItemFailures: [] }
const again = (...messages: SQSRecord[]) => ({
  batchItemFailures: messages.map(({ messageId }) => ({ itemIdentifier: messageId })),
})

function setUp() {
  const side = readSide()
  const { store, clock } = side
  const shard: DynamoDBRecord[] = []
  const lines: { level: string; message: unknown; extra: unknown }[] = []
  /** The parts that a test may replace. */
  const world = {
    rows: {} as Partial<RowStore>,
    bus: [] as BusEntry[],
    code: undefined as string | undefined,
    msLeft: 60_000,
  }

  const log =
    (level: string) =>
    (message: unknown, ...[extra]: unknown[]) => {
      lines.push({ level, message, extra })
    }
  const logger = { info: log('info'), error: log('error'), critical: log('critical') }
  const reader = createMemoryShardReader(() => shard)
  const bus: EventBus = {
    put: async (entries) =>
      entries.map((entry) => {
        if (world.code === undefined) world.bus.push(entry)
        return world.code
      }),
  }
  const parked = createMemoryParkedStreams()
  const project: RedriveOptions['deliver'] = (event, context) =>
    streamHandler({
      store,
      clock,
      rows: { ...side.rows, ...world.rows },
      generations: async () => fleetVersions.generationsOf,
      logger,
    })(event, context)
  const forward: RedriveOptions['deliver'] = forwardHandler({
    store,
    clock,
    parked,
    bus,
    catalogue: fleetCatalogue,
    logger,
  })

  const redriveWith =
    (deliver: RedriveOptions['deliver'], over: Partial<RedriveOptions> = {}) =>
    (...Records: SQSRecord[]) =>
      redriveHandler({ reader, deliver, maxReceives: 240, logger, ...over })(
        { Records },
        { getRemainingTimeInMillis: () => world.msLeft },
      )

  const guard = async (id: number) =>
    (await side.rows.readGuard(guardKey(generationId(voyages), `voyage-${id}`))).guard
  return {
    side,
    shard,
    lines,
    world,
    parked,
    guard,
    /** Appends a commit to a voyage, and its record to the shard. */
    async commit(id: number, event: VoyageEvent, over: Partial<DynamoDBRecord> = {}, events?: string) {
      const one = record(await side.append(`voyage-${id}`, event), over, events)
      shard.push(one)
      return one
    },
    project: redriveWith(project),
    projectWith: (over: Partial<RedriveOptions>) => redriveWith(project, over),
    forward: redriveWith(forward),
    levels: () => lines.map(({ level }) => level),
  }
}

describe('the redrive of the projector', () => {
  it('projects every stream of the range, and no others', async () => {
    const { commit, project, guard, lines } = setUp()
    const all = []
    for (const id of [1, 2, 3, 4, 5]) all.push(await commit(id, planned))
    const [, second, , fourth] = all
    if (second === undefined || fourth === undefined) throw new Error('there are five')
    expect(await project(messageOf(second, fourth))).toEqual(done)
    const versions = await Promise.all([1, 2, 3, 4, 5].map(async (id) => (await guard(id))?.version))
    expect(versions).toEqual([undefined, 1, 1, 1, undefined])
    expect(lines.at(-1)).toMatchObject({
      message: 'redriven',
      extra: {
        records: 3,
        condition: 'RetryAttemptsExhausted',
        startSequenceNumber: numberOf(second),
        queue: 'ProjectorFailures',
        streams: ['voyage-2', 'voyage-3', 'voyage-4'],
      },
    })
  })

  it('catches up a stream to its newest event, whichever record was given up', async () => {
    const { commit, project, guard } = setUp()
    await commit(1, planned)
    const lost = await commit(1, postponed)
    expect(await project(messageOf(lost))).toEqual(done)
    expect(await guard(1)).toMatchObject({ version: 2 })
  })

  it('does no harm if it happens twice, or late', async () => {
    const { commit, project, guard } = setUp()
    const lost = await commit(1, planned)
    await project(messageOf(lost), messageOf(lost))
    const next = await commit(1, postponed)
    await project(messageOf(next))
    const before = await guard(1)
    expect(await project(messageOf(lost))).toEqual(done)
    expect(await guard(1)).toEqual(before)
  })

  it('reports a message with a stream that fails again, handles the others, and repairs it later', async () => {
    const { commit, project, guard, world, side, lines } = setUp()
    const first = await commit(1, planned)
    const second = await commit(2, planned)
    const third = await commit(3, planned)
    world.rows = {
      readGuard: (key) =>
        key.PK.includes('voyage-1') ? Promise.reject(new Error('throttled')) : side.rows.readGuard(key),
    }
    const messages = [messageOf(first, second), messageOf(third)] as const
    expect(await project(...messages)).toEqual(again(messages[0]))
    expect([await guard(2), await guard(3)]).toMatchObject([{ version: 1 }, { version: 1 }])
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'discarded records failed again' }),
    )
    world.rows = {}
    expect(await project(messages[0])).toEqual(done)
    expect(await guard(1)).toMatchObject({ version: 1 })
  })

  it('parks a stream with a bad event, and is done with the message', async () => {
    const { commit, project, guard } = setUp()
    const unknown = JSON.stringify([wrecked])
    const bad = await commit(1, planned, {}, unknown)
    const good = await commit(2, planned)
    expect(await project(messageOf(bad, good))).toEqual(done)
    expect([await guard(1), await guard(2)]).toMatchObject([
      { version: 0, parked: { error: expect.stringContaining('VoyageWrecked') } },
      { version: 1 },
    ])
  })

  it('passes over a changed commit, which raises an alarm', async () => {
    const { commit, project, lines, guard } = setUp()
    expect(await project(messageOf(await commit(1, planned, { eventName: 'MODIFY' })))).toEqual(done)
    expect(lines).toContainEqual(expect.objectContaining({ level: 'critical', message: changedCommit }))
    expect(await guard(1)).toBeUndefined()
  })

  it('keeps a message with trimmed records, with a critical line that names them, and handles the others', async () => {
    const { commit, project, shard, guard, lines } = setUp()
    const gone = await commit(1, planned)
    const left = await commit(2, planned)
    shard.shift()
    const message = messageOf(gone, left)
    expect(await project(message)).toEqual(again(message))
    expect(await guard(1)).toBeUndefined()
    expect(await guard(2)).toMatchObject({ version: 1 })
    expect(lines.filter(({ level }) => level === 'critical')).toEqual([
      {
        level: 'critical',
        message: expect.stringContaining('trimmed'),
        extra: expect.objectContaining({
          startSequenceNumber: numberOf(gone),
          endSequenceNumber: numberOf(left),
          records: 1,
        }),
      },
    ])
  })

  it('keeps a message if all of its records are trimmed', async () => {
    const { commit, project, shard, levels } = setUp()
    const message = messageOf(await commit(1, planned))
    shard.shift()
    expect(await project(message)).toEqual(again(message))
    expect(levels()).toEqual(['error', 'critical'])
  })

  it('keeps a message if the stream does not answer', async () => {
    const { commit, projectWith, lines } = setUp()
    const message = messageOf(await commit(1, planned))
    const project = projectWith({
      reader: {
        // biome-ignore lint/correctness/useYield: it fails before its first page.
        async *read() {
          throw new Error('no answer')
        },
      },
    })
    expect(await project(message)).toEqual(again(message))
    const queue = 'ProjectorFailures'
    const extra = { queue, startSequenceNumber: expect.any(String) }
    expect(lines).toMatchObject([
      { level: 'error', message: 'records were given up and moved to a queue', extra },
      { level: 'error', message: 'discarded records could not be redriven', extra },
    ])
  })

  it.each([
    239, 240,
  ])('says of the last of 240 tries that a message moves to the dead-letter queue: %s', async (n) => {
    const { commit, project, shard, lines } = setUp()
    const gone = await commit(1, planned)
    shard.shift()
    const message = messageOf(gone)
    const attributes = { ...message.attributes, ApproximateReceiveCount: String(n) }
    await project({ ...message, attributes }, { ...message, attributes, body: 'nonsense' })
    const last = lines.filter(({ message }) => String(message).includes('for the last time'))
    const line = { level: 'error', extra: { queue: 'ProjectorFailures', receives: 240 } }
    expect(last).toMatchObject(n < 240 ? [] : [{ extra: { startSequenceNumber: numberOf(gone) } }, line])
  })

  it('keeps messages for which no time is left', async () => {
    const { commit, project, world, guard } = setUp()
    const message = messageOf(await commit(1, planned))
    world.msLeft = 5000
    expect(await project(message)).toEqual(again(message))
    expect(await guard(1)).toBeUndefined()
  })

  it.each([
    ['is no JSON', 'nonsense'],
    ['is of another kind', '{"requestContext":{"condition":"RetriesExhausted"},"requestPayload":{}}'],
  ])('keeps a message that %s, and handles the others', async (_, body) => {
    const { commit, project, guard } = setUp()
    const good = await commit(1, planned)
    const bad = messageOf(good, good, { messageId: 'bad', body })
    expect(await project(bad, messageOf(good))).toEqual(again(bad))
    expect(await guard(1)).toMatchObject({ version: 1 })
  })
})

describe('the redrive of the forwarder', () => {
  it('publishes the events of the range, and no others', async () => {
    const { commit, forward, world } = setUp()
    await commit(1, planned)
    const first = await commit(2, planned)
    const last = await commit(2, postponed)
    expect(await forward(messageOf(first, last))).toEqual(done)
    expect(world.bus.map(({ detail }) => JSON.parse(detail).id)).toEqual(['voyage-2/1', 'voyage-2/2'])
  })

  it('keeps a message if the bus does not accept its events, and publishes them later', async () => {
    const { commit, forward, world } = setUp()
    const message = messageOf(await commit(1, planned))
    world.code = 'InternalFailure'
    expect(await forward(message)).toEqual(again(message))
    world.code = undefined
    expect(await forward(message)).toEqual(done)
    expect(world.bus).toHaveLength(1)
  })

  it('parks a stream with an event that cannot be sent, and is done with the message', async () => {
    const { commit, forward, parked } = setUp()
    const unknown = JSON.stringify([wrecked])
    expect(await forward(messageOf(await commit(1, planned, {}, unknown)))).toEqual(done)
    expect((await parked.read(['voyage-1'])).marks.get('voyage-1')).toMatchObject({ version: 1 })
  })

  it('forwards nothing from a changed commit', async () => {
    const { commit, forward, world } = setUp()
    expect(await forward(messageOf(await commit(1, planned, { eventName: 'MODIFY' })))).toEqual(done)
    expect(world.bus).toEqual([])
  })
})
