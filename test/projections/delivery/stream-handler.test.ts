import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import type { Commit } from '../../../domain/kernel/event.ts'
import { streamHandler } from '../../../projections/delivery/stream-handler.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { fleetVersions, voyages } from '../../kit/fleet/fleet.ts'
import { planned, postponed, wrecked } from '../../kit/fleet/history.ts'
import { catchUp, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'
import { record } from '../../kit/stores/stream-record.ts'

function setUp(shake: (rows: RowStore) => Partial<RowStore> = () => ({})) {
  const side = readSide()
  const lines: { level: string; message: unknown; extra: unknown }[] = []
  const log =
    (level: string) =>
    (message: unknown, ...[extra]: unknown[]) => {
      lines.push({ level, message, extra })
    }
  const { store, clock, append } = side
  const building = { value: false }
  const measured: unknown[] = []
  const handler = streamHandler({
    store,
    clock,
    rows: { ...side.rows, ...shake(side.rows) },
    generations: async () => (category) =>
      fleetVersions.generationsOf(category).map((one) => ({ ...one, building: building.value })),
    logger: { info: log('info'), error: log('error'), critical: log('critical') },
    measure: (values) => void measured.push(values),
  })
  const deliver = (...records: DynamoDBRecord[]) =>
    handler({ Records: records }, { getRemainingTimeInMillis: () => 30_000 })
  const guard = async (stream: Commit['stream']) =>
    (await side.rows.readGuard(guardKey(generationId(voyages), stream))).guard
  return { append, deliver, lines, guard, building, measured, clock, options: side.options }
}

describe('the projector', () => {
  it('projects the delivered commits', async () => {
    const { append, deliver, guard, lines } = setUp()
    const answer = await deliver(
      record(await append('voyage-1', planned)),
      record(await append('voyage-2', planned)),
    )
    expect(answer).toEqual({ batchItemFailures: [] })
    expect([await guard('voyage-1'), await guard('voyage-2')]).toMatchObject([{ version: 1 }, { version: 1 }])
    expect(lines[0]).toMatchObject({
      message: 'projected',
      extra: { stream: 'voyage-1', correlationIds: ['correlation'] },
    })
  })

  it('measures how long the oldest event of a batch waited', async () => {
    const { append, deliver, measured, clock } = setUp()
    const first = record(await append('voyage-1', planned))
    clock.setNow(clock.now() + 1500)
    const second = record(await append('voyage-2', planned))
    clock.setNow(clock.now() + 500)
    await deliver(second, first)
    expect(measured).toEqual([{ ProjectionLag: 2000 }])
    await deliver()
    expect(measured).toHaveLength(1)
  })

  it('parks a stream with an event that it cannot project, and projects the others', async () => {
    const { append, deliver, guard, lines } = setUp()
    const unknown = JSON.stringify([wrecked])
    const answer = await deliver(
      record(await append('voyage-2', planned)),
      record(await append('voyage-1', planned), {}, unknown),
      record(await append('voyage-3', planned)),
    )
    expect(answer).toEqual({ batchItemFailures: [] })
    expect([await guard('voyage-1'), await guard('voyage-2'), await guard('voyage-3')]).toMatchObject([
      { version: 0, parked: { error: expect.stringContaining('VoyageWrecked') } },
      { version: 1 },
      { version: 1 },
    ])
    const parked = {
      stream: 'voyage-1',
      reason: expect.stringContaining('VoyageWrecked'),
      event: { version: 1, type: 'VoyageWrecked' },
      stack: expect.stringContaining('codec.ts'),
    }
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'stream is parked', extra: { generation: 'voyages.v1.1', ...parked } },
      { message: 'stream is parked', extra: { generation: 'cabins.v1.1', ...parked } },
    ])
  })

  it('projects the rest of a partly projected commit', async () => {
    const { append, deliver, guard, options } = setUp()
    const commit = await append('voyage-1', planned, postponed)
    await catchUp(voyages, 'voyage-1', {
      ...options,
      hint: [{ ...commit, events: commit.events.slice(0, 1) }],
    })
    expect(await guard('voyage-1')).toMatchObject({ version: 1 })
    expect(await deliver(record(commit))).toEqual({ batchItemFailures: [] })
    expect(await guard('voyage-1')).toMatchObject({ version: 2 })
  })

  it('reads the event store for a stream whose record contains an unreadable commit', async () => {
    const { append, deliver, guard } = setUp()
    const garbage = record(await append('voyage-1', planned), {}, 'not JSON')
    expect(await deliver(garbage)).toEqual({ batchItemFailures: [] })
    expect(await guard('voyage-1')).toMatchObject({ version: 1 })
  })

  it('reports a record without the key of a commit', async () => {
    const { append, deliver } = setUp()
    const commit = record(await append('voyage-1', planned))
    const keyless = { ...commit, dynamodb: { ...commit.dynamodb, Keys: {} } }
    expect(await deliver(keyless)).toEqual({
      batchItemFailures: [{ itemIdentifier: commit.dynamodb?.SequenceNumber }],
    })
  })

  it('reports a stream whose read model does not answer, and logs its requests', async () => {
    const { append, deliver, lines } = setUp(() => ({
      readGuard: () => Promise.reject(new Error('connection lost')),
    }))
    const first = record(await append('voyage-1', planned))
    const second = record(await append('voyage-1', planned))
    expect(await deliver(first, second)).toEqual({
      batchItemFailures: [{ itemIdentifier: first.dynamodb?.SequenceNumber }],
    })
    const extra = { stream: 'voyage-1', correlationIds: ['correlation', 'correlation'] }
    expect(lines).toMatchObject([{ message: 'stream was not projected', extra }])
  })

  it('logs the events that a generation under construction misses, and acknowledges them', async () => {
    const { append, deliver, lines, building } = setUp(() => ({
      readGuard: () => Promise.reject(new Error('connection lost')),
    }))
    building.value = true
    expect(await deliver(record(await append('voyage-1', planned)))).toEqual({ batchItemFailures: [] })
    const extra = {
      generation: 'voyages.v1.1',
      stream: 'voyage-1',
      correlationIds: ['correlation'],
      error: expect.objectContaining({ message: 'connection lost' }),
    }
    const message = 'a generation that is being built misses events'
    expect(lines).toContainEqual({ level: 'error', message, extra })
  })

  it.each([
    'MODIFY',
    'REMOVE',
  ] as const)('raises an alarm about a %s of a commit, and projects nothing from it', async (eventName) => {
    const { append, deliver, guard, lines } = setUp()
    const answer = await deliver(record(await append('voyage-1', planned), { eventName }))
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(lines).toMatchObject([
      { level: 'critical', extra: { eventName, stream: 'voyage-1', version: '1' } },
    ])
    expect(await guard('voyage-1')).toBeUndefined()
  })
})
