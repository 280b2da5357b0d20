import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import type { Commit, StoredEvent } from '../../../domain/kernel/event.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import type { BusEntry, EventBus } from '../../../projections/publishing/event-bus.ts'
import { forwardHandler } from '../../../projections/publishing/forward-handler.ts'
import { createMemoryParkedStreams } from '../../../projections/publishing/memory-parked-streams.ts'
import type { ParkedStreams } from '../../../projections/publishing/parked-streams.ts'
import { resubmit } from '../../../projections/publishing/resubmit.ts'
import { fleetCatalogue } from '../../kit/fleet/fleet.ts'
import { noted, planned, postponed, renamed, resumed, stored, wrecked } from '../../kit/fleet/history.ts'
import { ample, readSide } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { record } from '../../kit/stores/stream-record.ts'

function setUp() {
  const side = readSide()
  const { store, clock, append } = side
  const marks = createMemoryParkedStreams()
  const sent: BusEntry[] = []
  const lines: { level: string; message: unknown; extra: unknown }[] = []
  /** The parts that a test may replace: which events the bus refuses, and what runs between the parts. */
  const world = {
    refuse: (_id: string): string | undefined => undefined,
    store: {} as Partial<EventStore>,
    parked: {} as Partial<ParkedStreams>,
    catalogue: fleetCatalogue,
  }

  const bus: EventBus = {
    async put(entries) {
      await clock.sleep(10)
      return entries.map((entry) => {
        const code = world.refuse(idOf(entry))
        if (code === undefined) sent.push(entry)
        return code
      })
    },
  }
  const log =
    (level: string) =>
    (message: unknown, ...[extra]: unknown[]) => {
      lines.push({ level, message, extra })
    }
  const deliver = (...records: DynamoDBRecord[]) =>
    forwardHandler({
      store: { ...store, ...world.store },
      parked: { ...marks, ...world.parked },
      bus,
      catalogue: world.catalogue,
      clock,
      logger: { info: log('info'), error: log('error') },
    })({ Records: records }, { getRemainingTimeInMillis: () => 30_000 })

  const appendStored = async (stream: StreamName, ...events: StoredEvent[]): Promise<Commit> => {
    const { head } = await store.load(stream, ample)
    const appended = await store.append(head, newCommit({ events }), ample)
    if (appended.outcome !== 'appended') throw new Error('no other process appends here')
    return appended.commit
  }
  const ids = () => sent.map(idOf)
  return {
    table: side.table,
    store,
    clock,
    bus,
    append,
    appendStored,
    deliver,
    world,
    sent,
    ids,
    marks,
    lines,
  }
}

function idOf({ detail }: BusEntry): string {
  return JSON.parse(detail).id
}

const acknowledged = { batchItemFailures: [] }
const again = (...records: DynamoDBRecord[]) => ({
  batchItemFailures: records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber })),
})

describe('the forwarder', () => {
  it('publishes a public event in its envelope', async () => {
    const { append, deliver, sent } = setUp()
    const commit = await append('voyage-1', planned)
    expect(await deliver(record(commit))).toEqual(acknowledged)
    expect(sent).toEqual([
      { source: 'annals', detailType: 'VoyagePlanned', time: commit.at, detail: expect.any(String) },
    ])
    expect(JSON.parse(sent[0]?.detail ?? '')).toEqual({
      id: 'voyage-1/1',
      type: 'VoyagePlanned',
      schema: 1,
      stream: 'voyage-1',
      version: 1,
      at: commit.at,
      actor: 'ann',
      correlationId: 'correlation',
      causationId: 'causation',
      data: { voyageId: '1', captainId: 'ann', name: 'Atlas' },
    })
  })

  it('publishes the data that the catalogue makes of an event, and no other', async () => {
    const { append, deliver, sent, world } = setUp()
    const form = { schema: 3, publish: ({ id }: { readonly id: string }) => ({ of: id }) }
    world.catalogue = { ...fleetCatalogue, publicEventOf: () => form }
    await deliver(record(await append('voyage-ann', noted('ann@example.com'))))
    expect(JSON.parse(sent[0]?.detail ?? '')).toMatchObject({ schema: 3, data: { of: 'ann' } })
    expect(sent[0]?.detail).not.toMatch(/example/)
  })

  it('sends the public events of a commit in order, and no private one', async () => {
    const { append, deliver, ids } = setUp()
    await deliver(record(await append('voyage-1', planned, noted('Maps'), postponed)))
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/3'])
  })

  it('sends an event once that occurs twice in a batch, and again if it is delivered again', async () => {
    const { append, deliver, ids } = setUp()
    const commit = await append('voyage-1', planned)
    await deliver(record(commit), record(commit))
    expect(ids()).toEqual(['voyage-1/1'])
    await deliver(record(commit))
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/1'])
  })

  it('sends the commits of a stream, whatever the order of their records', async () => {
    const { append, deliver, ids } = setUp()
    const first = await append('voyage-1', planned)
    await deliver(record(await append('voyage-1', postponed)), record(first))
    expect(ids().sort()).toEqual(['voyage-1/1', 'voyage-1/2'])
  })

  it.each(['MODIFY', 'REMOVE'] as const)('leaves a %s of a commit to the projector', async (eventName) => {
    const { append, deliver, ids, lines } = setUp()
    expect(await deliver(record(await append('voyage-1', planned), { eventName }))).toEqual(acknowledged)
    expect([ids(), lines]).toEqual([[], []])
  })

  it('reports only the records that could not be sent in time', async () => {
    const { append, deliver, world, ids, marks, clock } = setUp()
    const records = [
      record(await append('voyage-1', planned)),
      record(await append('voyage-2', planned)),
      record(await append('voyage-2', postponed)),
    ] as const
    world.refuse = (id) => (id === 'voyage-2/2' ? 'ThrottlingException' : undefined)
    expect(await deliver(...records)).toEqual(again(records[2]))
    expect(ids()).toEqual(['voyage-1/1', 'voyage-2/1'])
    expect(marks.all().size).toBe(0)
    expect(clock.elapsed()).toBeLessThan(28_000)
  })

  it('reports every record of a stream whose mark cannot be written', async () => {
    const { append, appendStored, deliver, world } = setUp()
    const records = [
      record(await append('voyage-1', planned)),
      record(await appendStored('voyage-1', wrecked)),
    ]
    world.parked = { move: () => Promise.reject(new Error('connection lost')) }
    expect(await deliver(...records, record(await append('voyage-2', planned)))).toEqual(again(...records))
  })

  it('fails as a whole if the marks cannot be read', async () => {
    const { append, deliver, world, ids } = setUp()
    world.parked = { read: () => Promise.reject(new Error('connection lost')) }
    await expect(deliver(record(await append('voyage-1', planned)))).rejects.toThrow('connection lost')
    expect(ids()).toEqual([])
  })

  it('reports a record without a key to park it by', async () => {
    const { append, deliver, ids } = setUp()
    const strange = record(await append('voyage-1', planned))
    const keyless = { ...strange, dynamodb: { ...strange.dynamodb, Keys: { pk: { S: 'nothing' } } } }
    expect(await deliver(keyless, record(await append('voyage-2', planned)))).toEqual(again(keyless))
    expect(ids()).toEqual(['voyage-2/1'])
  })

  it('logs the forwarded events, with their correlation ids', async () => {
    const { append, deliver, lines } = setUp()
    await deliver(record(await append('voyage-1', planned, noted('Maps'))))
    const extra = { stream: 'voyage-1', sent: 1, correlationIds: ['correlation'] }
    expect(lines).toEqual([{ level: 'info', message: 'forwarded', extra }])
  })
})

describe('a poisonous event', () => {
  /** A stream with a plan, a poisonous event and a postponement, and another stream. */
  async function poisoned(poison: StoredEvent) {
    const all = setUp()
    const { append, appendStored, deliver } = all
    const answer = await deliver(
      record(await append('voyage-1', planned)),
      record(await appendStored('voyage-1', poison)),
      record(await append('voyage-1', postponed)),
      record(await append('voyage-2', planned)),
    )
    return { ...all, answer }
  }

  it.each<[string, StoredEvent]>([
    ['an unknown type', wrecked],
    ['an unknown schema', { type: 'VoyageRenamed', schema: 9, data: { name: 'Globe' } }],
    ['an unknown schema of a private event', { type: 'NoteWritten', schema: 9, data: {} }],
    ['data of another shape', { type: 'VoyageRenamed', schema: 1, data: { name: 5 } }],
  ])('of %s parks its stream from there on, and no other stream', async (_, poison) => {
    const { answer, ids, marks, lines } = await poisoned(poison)
    expect(answer).toEqual(acknowledged)
    expect(ids()).toEqual(['voyage-1/1', 'voyage-2/1'])
    expect([...marks.all()]).toEqual([
      [
        'voyage-1',
        {
          version: 2,
          error: expect.any(String),
          at: expect.any(String),
          type: poison.type,
          stack: expect.stringContaining('codec.ts'),
        },
      ],
    ])
    const event = { version: 2, type: poison.type }
    const extra = expect.objectContaining({ stream: 'voyage-1', version: 2, event })
    expect(lines).toContainEqual({ level: 'error', message: 'stream is parked', extra })
  })

  it('inside a commit does not stop the events before it', async () => {
    const { appendStored, deliver, ids, marks } = setUp()
    const known = stored(postponed)
    await deliver(record(await appendStored('voyage-1', known, wrecked, known)))
    expect(ids()).toEqual(['voyage-1/1'])
    expect(marks.all().get('voyage-1')?.version).toBe(2)
  })

  it('may be a commit that cannot be read at all', async () => {
    const { append, deliver, marks } = setUp()
    const commit = await append('voyage-1', planned)
    expect(await deliver(record(commit, {}, 'not JSON'))).toEqual(acknowledged)
    expect(marks.all().get('voyage-1')?.version).toBe(1)
  })

  it('may be in a stream of an unknown category', async () => {
    const { append, deliver, marks } = setUp()
    await deliver(record({ ...(await append('voyage-1', planned)), stream: 'planet-1' }))
    expect(marks.all().get('planet-1')).toMatchObject({ version: 1, error: expect.stringMatching('planet') })
  })

  it('may be one that is too large for the bus', async () => {
    const { store, append, deliver, world, ids, marks } = setUp()
    const first = await append('voyage-1', planned)
    const large = await append('voyage-1', renamed('Globe'))
    await deliver(record(first))
    // A real commit cannot be that large. This one is delivered as if it were: the mark makes the forwarder read it
    // from the store.
    await marks.move('voyage-1', undefined, { version: 2, error: '', at: '2025-01-01T00:00:00.000Z' })
    const events = [{ type: 'VoyageRenamed', schema: 1, data: { name: 'x'.repeat(1024 * 1024) } }]
    world.store = {
      read: async (...args) => ({ ...(await store.read(...args)), commits: [{ ...large, events }] }),
    }
    expect(await deliver(record(large))).toEqual(acknowledged)
    expect(ids()).toEqual(['voyage-1/1'])
    expect(marks.all().get('voyage-1')?.error).toMatch('EventBridge accepts 1048576 bytes')
  })

  it('may be an event whose content the bus rejects', async () => {
    const { append, deliver, world, marks } = setUp()
    world.refuse = (id) => (id === 'voyage-1/1' ? 'MalformedDetail' : undefined)
    expect(await deliver(record(await append('voyage-1', planned)))).toEqual(acknowledged)
    expect(marks.all().get('voyage-1')).toMatchObject({ version: 1, error: 'MalformedDetail' })
  })
})

describe('a parked stream', () => {
  const healing = (store: EventStore): Partial<EventStore> => ({
    // The event as code that knows its type would read it.
    async read(...args) {
      const page = await store.read(...args)
      const known = ({ type, ...rest }: StoredEvent) => ({
        type: type === wrecked.type ? 'VoyagePostponed' : type,
        ...rest,
      })
      return { ...page, commits: page.commits.map((c) => ({ ...c, events: c.events.map(known) })) }
    },
  })

  async function parked() {
    const all = setUp()
    const { append, appendStored, deliver } = all
    const commits = [
      await append('voyage-1', planned),
      await appendStored('voyage-1', stored(postponed), wrecked),
      await append('voyage-1', resumed),
    ] as const
    await deliver(...commits.map((commit) => record(commit)))
    return { ...all, commits }
  }

  it('stays parked at its next record while the event is poisonous, and sends nothing after it', async () => {
    const { append, deliver, ids, marks } = await parked()
    const before = marks.all().get('voyage-1')
    expect(await deliver(record(await append('voyage-1', postponed)))).toEqual(acknowledged)
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/2'])
    expect(marks.all().get('voyage-1')).toMatchObject({ version: 3, error: before?.error })
  })

  it('is caught up from the store at its next record once code that knows the event is deployed', async () => {
    const { store, append, deliver, world, ids, marks, lines } = await parked()
    world.store = healing(store)
    expect(await deliver(record(await append('voyage-1', postponed)))).toEqual(acknowledged)
    expect(ids().slice(2)).toEqual(['voyage-1/3', 'voyage-1/4', 'voyage-1/5'])
    expect(marks.all().size).toBe(0)
    expect(lines.at(-1)).toMatchObject({ message: 'forwarded, no longer parked' })
  })

  it('is caught up to its end, over any number of pages', async () => {
    const { store, append, deliver, world, ids } = await parked()
    const { read } = healing(store)
    world.store = {
      async read(...args) {
        const page = await (read ?? store.read)(...args)
        return { ...page, commits: page.commits.slice(0, 1), more: page.more || page.commits.length > 1 }
      },
    }
    const next = await append('voyage-1', postponed)
    await append('voyage-1', resumed)
    await deliver(record(next))
    expect(ids().slice(2)).toEqual(['voyage-1/3', 'voyage-1/4', 'voyage-1/5', 'voyage-1/6'])
  })

  it('loses no waiting event when an earlier record is delivered again', async () => {
    const { store, deliver, world, ids, marks, commits } = await parked()
    world.store = healing(store)
    await deliver(record(commits[1]))
    expect(ids().slice(2)).toEqual(['voyage-1/2', 'voyage-1/3', 'voyage-1/4'])
    expect(marks.all().size).toBe(0)
  })

  it('sends late events from before the mark, and stays parked', async () => {
    const { deliver, ids, marks, commits } = await parked()
    await deliver(record(commits[0]))
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/2', 'voyage-1/1'])
    expect(marks.all().get('voyage-1')?.version).toBe(3)
  })

  it('is parked at an earlier event if a late one is poisonous, too', async () => {
    const { deliver, marks, commits } = await parked()
    await deliver(record(commits[0], {}, 'not JSON'))
    expect(marks.all().get('voyage-1')?.version).toBe(1)
  })

  it('moves its mark to the next poisonous event', async () => {
    const { store, appendStored, deliver, world, ids, marks } = await parked()
    world.store = healing(store)
    const next = await appendStored('voyage-1', { type: 'VoyageStranded', schema: 1, data: {} })
    await deliver(record(next))
    expect(ids().slice(2)).toEqual(['voyage-1/3', 'voyage-1/4'])
    expect(marks.all().get('voyage-1')).toMatchObject({
      version: 5,
      error: expect.stringMatching('Stranded'),
    })
  })

  it('keeps its mark if the bus fails, moved to the first unsent event, and has its record delivered again', async () => {
    const { store, append, deliver, world, ids, marks } = await parked()
    world.store = healing(store)
    world.refuse = (id) => (id === 'voyage-1/4' ? 'InternalFailure' : undefined)
    const next = record(await append('voyage-1', postponed))
    expect(await deliver(next)).toEqual(again(next))
    expect(marks.all().get('voyage-1')?.version).toBe(4)
    world.refuse = () => undefined
    expect(await deliver(next)).toEqual(acknowledged)
    expect(ids().slice(2)).toEqual(['voyage-1/3', 'voyage-1/5', 'voyage-1/4', 'voyage-1/5'])
    expect(marks.all().size).toBe(0)
  })

  it('has its record delivered again if the store does not answer', async () => {
    const { append, deliver, world, marks } = await parked()
    world.store = { read: () => Promise.reject(new Error('connection lost')) }
    const next = record(await append('voyage-1', postponed))
    const other = record(await append('voyage-2', planned))
    expect(await deliver(next, other)).toEqual(again(next))
    expect(marks.all().get('voyage-1')?.version).toBe(3)
  })

  it('is left to another invocation that has moved its mark meanwhile', async () => {
    const { store, append, deliver, world, marks } = await parked()
    world.store = healing(store)
    const next = record(await append('voyage-1', postponed))
    const later = record(await append('voyage-1', resumed))
    world.parked = {
      async move(...args) {
        world.parked = {}
        // The other invocation parks the stream at the event after this invocation's record.
        world.refuse = () => 'InvalidArgument'
        await deliver(later)
        return marks.move(...args)
      },
    }
    expect(await deliver(next)).toEqual(again(next))
    expect(marks.all().get('voyage-1')?.version).toBe(3)
  })
})

describe('the waiting events of a parked stream', () => {
  /** A parked stream with many events after the poisonous one, and the read units of each delivery. */
  async function waiting(events: number) {
    const all = setUp()
    const { append, appendStored, deliver, world, store, marks } = all
    await deliver(record(await append('voyage-1', planned)))
    await deliver(record(await appendStored('voyage-1', wrecked)))
    for (let n = 0; n < events; n++) await append('voyage-1', renamed(`Name ${n} ${'x'.repeat(300)}`))
    let units = 0
    world.store = {
      async read(...args) {
        const page = await store.read(...args)
        units += page.cost.readUnits
        return page
      },
    }
    world.parked = {
      async read(streams) {
        const read = await marks.read(streams)
        units += read.cost.readUnits
        return read
      },
    }
    const unitsOf = async (commit: Commit) => {
      units = 0
      await deliver(record(commit))
      return units
    }
    return { ...all, unitsOf }
  }

  it('cost 2 read units per delivered commit, however many wait', async () => {
    const { append, unitsOf, marks } = await waiting(500)
    for (let n = 0; n < 3; n++)
      expect(await unitsOf(await append('voyage-1', postponed, resumed))).toBeLessThanOrEqual(2)
    expect(marks.all().get('voyage-1')).toMatchObject({ version: 2, type: 'VoyageWrecked' })
  })

  it('cost 2 read units even if the poisonous event is inside a commit', async () => {
    const all = await waiting(0)
    const { append, appendStored, deliver, unitsOf } = all
    await deliver(record(await appendStored('voyage-2', stored(planned), stored(postponed), wrecked)))
    expect(await unitsOf(await append('voyage-2', resumed))).toBeLessThanOrEqual(2)
  })

  it('are sent in portions once the code knows the event, with a mark at the first unsent one', async () => {
    const { append, deliver, world, ids, marks } = await waiting(0)
    for (let n = 0; n < 20; n++) await append('voyage-1', renamed(`${n}`.padStart(300_000, 'x')))
    const versions: (number | undefined)[] = []
    world.parked = {
      async move(stream, from, to) {
        versions.push(to?.version)
        return marks.move(stream, from, to)
      },
    }
    const { codecOf } = world.catalogue
    const knowing = (category: string): ReturnType<typeof codecOf> => ({
      ...codecOf(category),
      *decodeCommit(commit, from) {
        const known = commit.events.map((event) => (event.type === wrecked.type ? stored(postponed) : event))
        yield* codecOf(category).decodeCommit({ ...commit, events: known }, from)
      },
    })
    world.catalogue = { ...world.catalogue, codecOf: knowing }
    expect(await deliver(record(await append('voyage-1', resumed)))).toEqual(acknowledged)
    expect(ids().slice(1)).toEqual(Array.from({ length: 22 }, (_, n) => `voyage-1/${n + 2}`))
    expect(versions.length).toBeGreaterThan(1)
    expect(versions.at(-1)).toBeUndefined()
    expect(marks.all().size).toBe(0)
  })
})

describe('a gap', () => {
  /** A stream of two events, and a commit at 7 where 3 should be. */
  async function withGap() {
    const all = setUp()
    const first = await all.append('voyage-1', planned, noted('Maps'))
    const next = await all.append('voyage-1', postponed)
    const item = all.table.all().find(({ sk }) => sk === next.version)
    if (item === undefined) throw new Error('it was appended')
    await all.table.putNew({ ...item, pk: 'voyage-9', sk: 1, commandId: 'a' }, { take: [], release: [] }, 1)
    await all.table.putNew({ ...item, pk: 'voyage-9', sk: 7, commandId: 'b' }, { take: [], release: [] }, 1)
    const after = { ...next, stream: 'voyage-9', version: 7 } as const
    const before = { ...next, stream: 'voyage-9', version: 1 } as const
    return { ...all, first, before, after }
  }

  it('parks its stream at the missing version, in one batch or in two', async () => {
    const { deliver, before, after, ids, marks } = await withGap()
    expect(await deliver(record(before), record(after))).toEqual(acknowledged)
    expect(ids()).toEqual(['voyage-9/1'])
    expect(marks.all().get('voyage-9')).toMatchObject({
      version: 6,
      error: expect.stringContaining('voyage-9'),
    })
    expect(await deliver(record(after))).toEqual(acknowledged)
    expect(ids()).toEqual(['voyage-9/1'])
    expect(marks.all().get('voyage-9')).toMatchObject({ version: 6 })
  })

  it('between batches is none: the store has the commits between', async () => {
    const { deliver, append, first, ids, marks } = await withGap()
    await deliver(record(first))
    await deliver(record(await append('voyage-1', resumed)))
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/4'])
    expect(marks.all().size).toBe(0)
  })
})

describe('a resubmitted stream', () => {
  const withoutRecords = ({ store, marks: parked, bus, clock }: ReturnType<typeof setUp>) => ({
    store,
    parked,
    bus,
    catalogue: fleetCatalogue,
    clock,
    deadline: ample,
  })

  it('is sent from its mark to its end without a record, and is no longer parked', async () => {
    const side = setUp()
    await side.append('voyage-1', planned, postponed)
    await side.append('voyage-1', resumed)
    await side.marks.move('voyage-1', undefined, {
      version: 2,
      error: 'unknown',
      at: '2026-01-01T00:00:00.000Z',
    })
    expect(await resubmit('voyage-1', withoutRecords(side))).toMatchObject({ moved: true, mark: undefined })
    expect(side.marks.all().size).toBe(0)
    expect(side.ids()).toEqual(['voyage-1/2', 'voyage-1/3'])
    expect(await resubmit('voyage-1', withoutRecords(side))).toMatchObject({ sent: 0, moved: false })
  })

  it('is parked at the event that it cannot pass now', async () => {
    const side = setUp()
    await side.append('voyage-1', planned)
    await side.appendStored('voyage-1', wrecked)
    await side.marks.move('voyage-1', undefined, {
      version: 1,
      error: 'unknown',
      at: '2026-01-01T00:00:00.000Z',
    })
    const { mark, sent } = await resubmit('voyage-1', withoutRecords(side))
    expect(mark).toMatchObject({ version: 2, error: 'Unknown event type "VoyageWrecked".' })
    expect(sent).toBe(1)
    expect(side.marks.all().get('voyage-1')).toEqual(mark)
  })

  it('keeps its mark if the bus does not accept an event', async () => {
    const side = setUp()
    await side.append('voyage-1', planned)
    await side.marks.move('voyage-1', undefined, {
      version: 1,
      error: 'unknown',
      at: '2026-01-01T00:00:00.000Z',
    })
    side.world.refuse = () => 'AccessDeniedException'
    const { mark } = await resubmit('voyage-1', withoutRecords(side))
    expect(mark).toMatchObject({ version: 1, error: 'AccessDeniedException' })
  })
})
