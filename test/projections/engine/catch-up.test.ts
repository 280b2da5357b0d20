import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import type { Commit } from '../../../domain/kernel/event.ts'
import { noReservations } from '../../../domain/kernel/reservation.ts'
import type { CatchUpOptions } from '../../../projections/engine/catch-up.ts'
import type { Generation, RowItem } from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { notYet, readAfter } from '../../../projections/query/read-after.ts'
import { voyages } from '../../kit/fleet/fleet.ts'
import { joined, left, planned, postponed, renamed } from '../../kit/fleet/history.ts'
import type { VoyageEvent } from '../../kit/fleet/voyage-events.ts'
import { voyagesOf, voyagesV2 } from '../../kit/fleet/voyages.ts'
import { catchUp, foldOf, generationId, guardKey, readSide } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

const stream = 'voyage-1'
const key = guardKey(generationId(voyages), stream)

const sorted = (items: readonly RowItem[]) => [...items].sort((a, b) => (a.PK + a.SK < b.PK + b.SK ? -1 : 1))

/** A read side that also counts reads of the event store and writes of the read model. */
function counted() {
  const side = readSide()
  const count = { reads: 0, moves: 0 }
  const store: typeof side.store = {
    ...side.store,
    read(...args) {
      count.reads += 1
      return side.store.read(...args)
    },
  }
  const rows: RowStore = {
    ...side.rows,
    move(move) {
      count.moves += 1
      return side.rows.move(move)
    },
  }
  return { ...side, count, options: { ...side.options, store, rows } }
}

describe('catchUp', () => {
  it('applies the next commit from the record alone, without reading the event store', async () => {
    const { append, options, count } = counted()
    const result = await catchUp(voyages, stream, { ...options, hint: [await append(stream, planned)] })
    expect(result).toMatchObject({ version: 1, state: { exists: true, name: 'Atlas' } })
    expect(count).toEqual({ reads: 0, moves: 1 })
  })

  it('skips a folded commit without a write', async () => {
    const { append, options, count } = counted()
    const hint = [await append(stream, planned)]
    await catchUp(voyages, stream, { ...options, hint })
    await catchUp(voyages, stream, { ...options, hint })
    expect(count).toEqual({ reads: 0, moves: 1 })
  })

  it('fills a gap from the event store, even for a stream without a guard', async () => {
    const { append, options } = counted()
    await append(stream, planned)
    await append(stream, renamed('Globe'))
    const third = await append(stream, renamed('Moon'))
    const result = await catchUp(voyages, stream, { ...options, hint: [third] })
    expect(result).toMatchObject({ version: 3, state: { name: 'Moon' } })
  })

  it('makes one write of several commits of a batch, whatever their order', async () => {
    const { append, options, count } = counted()
    const commits = [
      await append(stream, planned),
      await append(stream, renamed('Globe')),
      await append(stream, renamed('Moon')),
    ]
    await catchUp(voyages, stream, { ...options, hint: [...commits].reverse() })
    expect(count).toEqual({ reads: 0, moves: 1 })
  })

  it('moves the guard even for events that change neither row nor state', async () => {
    const { append, options, rows } = readSide()
    const first = await append(stream, planned)
    await catchUp(voyages, stream, { ...options, hint: [first] })
    const change = await append(stream, renamed('Globe'), renamed('Atlas'))
    await catchUp(voyages, stream, { ...options, hint: [change] })
    expect((await rows.readGuard(key)).guard?.version).toBe(3)
  })

  it('is not misled by a late record: name A at 2, B at 4, A at 5, and 5 is delivered first', async () => {
    const { append, options, rows } = readSide()
    const history: Commit[] = []
    for (const event of [planned, renamed('A'), renamed('C'), renamed('B'), renamed('A')])
      history.push(await append(stream, event))
    const [first, second, third, fourth, fifth] = history
    const deliver = async (...hint: Commit[]) => catchUp(voyages, stream, { ...options, hint })
    if (!first || !second || !third || !fourth || !fifth) throw new Error('five commits')
    await deliver(first, second)
    await deliver(fifth)
    await deliver(third, fourth)
    expect((await rows.readGuard(key)).guard).toMatchObject({ version: 5 })
    expect(JSON.parse((await rows.readGuard(key)).guard?.state ?? '')).toMatchObject({ name: 'A' })
  })

  it('folds each event once when it slices a partly folded commit', async () => {
    const { append, options, count } = counted()
    const { name, version, aggregate, events } = voyages.projection
    const counting: Generation<number, VoyageEvent> = {
      generation: 1,
      projection: {
        name,
        version,
        aggregate,
        events,
        state: z.number(),
        initial: 0,
        evolve: (events) => events + 1,
        render: () => [],
      },
    }
    const commit = await append(stream, planned, renamed('Globe'), renamed('Moon'))
    const half = { ...commit, events: commit.events.slice(0, 2) }
    expect(await catchUp(counting, stream, { ...options, hint: [half] })).toMatchObject({ state: 2 })
    expect(await catchUp(counting, stream, { ...options, hint: [commit] })).toMatchObject({ state: 3 })
    expect(count.reads).toBe(0)
  })

  it('folds an event of an older schema like one of the newest', async () => {
    const { append, options, store } = readSide()
    await append(stream, planned)
    const { head } = await store.load(stream, options.deadline)
    const events = [{ type: 'SailorJoined', schema: 1, data: { sailorId: 'bob' } }]
    await store.append(head, newCommit({ events }), options.deadline)
    expect(await catchUp(voyages, stream, options)).toMatchObject({
      version: 2,
      state: { crew: [{ sailorId: 'bob', role: 'hand' }] },
    })
  })

  it('slices a partly folded commit', async () => {
    const { append, options, rows } = readSide()
    const commit = await append(stream, planned, renamed('Globe'), renamed('Moon'))
    const half = { ...commit, events: commit.events.slice(0, 2) }
    await catchUp(voyages, stream, { ...options, hint: [half] })
    expect((await rows.readGuard(key)).guard?.version).toBe(2)
    const result = await catchUp(voyages, stream, { ...options, hint: [commit] })
    expect(result).toMatchObject({ version: 3, state: { name: 'Moon' } })
  })

  it('reads the rest of a partly folded commit from the event store', async () => {
    const { append, options } = readSide()
    const commit = await append(stream, planned, renamed('Globe'), renamed('Moon'))
    await catchUp(voyages, stream, { ...options, hint: [{ ...commit, events: commit.events.slice(0, 2) }] })
    expect(await catchUp(voyages, stream, options)).toMatchObject({ version: 3, state: { name: 'Moon' } })
  })

  describe('at an event that it cannot fold', () => {
    /** The generation in code that lacks one type of event. */
    const older: typeof voyages = {
      ...voyages,
      projection: {
        ...voyages.projection,
        evolve(state, event) {
          if (event.type === 'VoyagePostponed') throw new Error('What is this?')
          return voyages.projection.evolve(state, event)
        },
      },
    }
    const reason = {
      error: 'Error: What is this?',
      at: expect.any(String),
      type: 'VoyagePostponed',
      stack: expect.stringContaining('catch-up.test.ts'),
    }

    it('parks the stream in the same write as the events before it', async () => {
      const { append, options, rows, count } = counted()
      const hint = [await append(stream, planned, renamed('Globe'), postponed, renamed('Moon'))]
      expect(await catchUp(older, stream, { ...options, hint })).toMatchObject({ version: 2, parked: reason })
      expect(count.moves).toBe(1)
      const { guard } = await rows.readGuard(key)
      expect(guard).toMatchObject({ version: 2, parked: reason })
      expect(JSON.parse(guard?.state ?? '')).toMatchObject({ name: 'Globe' })
    })

    it('parks a stream that begins with it', async () => {
      const { append, options, rows } = readSide()
      await catchUp(older, stream, { ...options, hint: [await append(stream, postponed)] })
      expect((await rows.readGuard(key)).guard).toMatchObject({ version: 0, parked: reason })
    })

    it('parks a stream whose commit the event store cannot read', async () => {
      const { append, options, table, rows } = readSide()
      await append(stream, planned)
      for (const item of table.all())
        await table.putNew({ ...item, sk: 2, events: 'not JSON' }, noReservations, 1)
      expect(await catchUp(voyages, stream, options)).toMatchObject({
        version: 0,
        parked: expect.anything(),
      })
      expect((await rows.readGuard(key)).guard).toMatchObject({ version: 0 })
    })

    it('tries again each time, and writes the mark only once', async () => {
      const { append, options, count } = counted()
      const hint = [await append(stream, planned, postponed)]
      await catchUp(older, stream, { ...options, hint })
      expect(await catchUp(older, stream, { ...options, hint })).toMatchObject({ version: 1, parked: reason })
      expect(count.moves).toBe(1)
    })

    it('continues from there with code that knows the event, and the stream is no longer parked', async () => {
      const { append, options, rows } = readSide()
      await append(stream, planned, postponed)
      await catchUp(older, stream, options)
      const next = await append(stream, renamed('Globe'))
      expect(await catchUp(voyages, stream, { ...options, hint: [next] })).toMatchObject({
        version: 3,
        state: { postponed: true, name: 'Globe' },
      })
      expect((await rows.readGuard(key)).guard).not.toHaveProperty('parked')
    })

    it('reads only this event first, however many wait behind it', async () => {
      const { append, options, store } = counted()
      await append(stream, planned, postponed)
      await catchUp(older, stream, options)
      for (let n = 0; n < 300; n++) await append(stream, renamed('x'.repeat(300)))
      let units = 0
      const metered: typeof store = {
        ...store,
        async read(...args) {
          const page = await store.read(...args)
          units += page.cost.readUnits
          return page
        },
      }
      const next = await append(stream, renamed('Globe'))
      const delivered = { ...options, store: metered, hint: [next] }
      expect(await catchUp(older, stream, delivered)).toMatchObject({ version: 1, parked: reason })
      expect(units).toBe(1)
      expect(await catchUp(voyages, stream, delivered)).toMatchObject({ version: 303 })
    })

    it('makes a query after its position report that it is parked', async () => {
      const { append, options } = readSide()
      await append(stream, planned, postponed)
      const live = {
        id: generationId(older),
        projection: 'voyages',
        version: 1,
        aggregate: 'voyage',
        catchUp: (name: Commit['stream'], o: CatchUpOptions) => catchUp(older, name, o),
      }
      expect(await readAfter(live, [{ stream, version: 1 }], options)).toEqual([])
      const [unreached, ...others] = await readAfter(live, [{ stream, version: 2 }], options)
      expect({ unreached, others }).toEqual({
        unreached: { position: { stream, version: 2 }, parked: true },
        others: [],
      })
      expect(notYet({ parked: true })).toMatchObject({ code: 'unavailable', retryAfterSeconds: 60 })
    })
  })

  it('stops at the requested version, and returns how far it came', async () => {
    const { append, options, count } = counted()
    await append(stream, planned)
    await append(stream, renamed('Globe'))
    expect((await catchUp(voyages, stream, { ...options, until: 2 })).version).toBe(2)
    const reads = count.reads
    expect((await catchUp(voyages, stream, { ...options, until: 1 })).version).toBe(2)
    expect(count.reads).toBe(reads)
    expect((await catchUp(voyages, stream, { ...options, until: 9 })).version).toBe(2)
  })

  it('refuses a state of another shape, and does not start from the beginning', async () => {
    const { append, options, rows } = readSide()
    await append(stream, planned)
    const to = { version: 1, state: '{"exists":"no"}' }
    await rows.move({ key, from: { version: 0 }, to, put: [], remove: [], counters: [] })
    const hint = [await append(stream, renamed('Globe'))]
    await expect(catchUp(voyages, stream, { ...options, hint })).rejects.toMatchObject({
      code: 'unreadable',
    })
    expect((await rows.readGuard(key)).guard).toMatchObject({ version: 1, state: '{"exists":"no"}' })
  })

  it.each([
    ['generations', { ...voyages, generation: 2 }],
    ['versions', { ...voyages, projection: voyagesV2 }],
  ])('keeps two %s of a projection apart, each with its own guard and rows', async (_, other) => {
    const { append, options, rows } = readSide()
    const hint = [await append(stream, planned)]
    await catchUp(voyages, stream, { ...options, hint })
    const own = rows.rows()
    const { guard } = await rows.readGuard(key)
    expect(await catchUp(other, stream, options)).toMatchObject({ version: 1 })
    expect(rows.rows()).toHaveLength(2 * own.length)
    await catchUp(other, stream, { ...options, hint: [await append(stream, renamed('Globe'))] })
    expect((await rows.readGuard(key)).guard).toEqual(guard)
  })

  it('reads the guard again if a rival moved it', async () => {
    const { append, options, rows } = readSide()
    const hint = [await append(stream, planned)]
    const results = await Promise.all(
      Array.from({ length: 8 }, () => catchUp(voyages, stream, { ...options, hint })),
    )
    expect(results.map(({ version }) => version)).toEqual(Array.from({ length: 8 }, () => 1))
    // One in the captain's list, one in the crew's and one in the log.
    expect(rows.rows()).toHaveLength(3)
  })

  it('repeats a write with a lost answer, without a double effect', async () => {
    const { append, options, rows } = readSide()
    let lost = 0
    const losing: RowStore = {
      ...rows,
      async move(move) {
        const written = await rows.move(move)
        return lost++ === 0 ? { ...written, outcome: 'again' } : written
      },
    }
    const result = await catchUp(voyages, stream, {
      ...options,
      rows: losing,
      hint: [await append(stream, planned)],
    })
    expect(result.version).toBe(1)
    expect(lost).toBe(1)
  })

  it('omits the read of the guard if none is expected, and does no harm if there is one', async () => {
    const { append, options, rows } = readSide()
    let reads = 0
    const watched: RowStore = {
      ...rows,
      readGuard(key) {
        reads += 1
        return rows.readGuard(key)
      },
    }
    const hint = [await append(stream, planned), await append(stream, renamed('Globe'))]
    const fresh = { ...options, rows: watched, hint, fresh: true }
    expect(await catchUp(voyages, stream, fresh)).toMatchObject({ version: 2 })
    expect(reads).toBe(0)
    const listed = rows.rows()
    const counters = rows.counters()
    expect(await catchUp(voyages, stream, fresh)).toMatchObject({ version: 2 })
    expect(reads).toBe(1)
    expect(rows.rows()).toEqual(listed)
    expect(rows.counters()).toEqual(counters)
    const third = await append(stream, renamed('Moon'))
    expect(await catchUp(voyages, stream, { ...fresh, hint: [...hint, third] })).toMatchObject({
      version: 3,
    })
  })

  it('gives up at its deadline', async () => {
    const { append, options, rows, clock } = readSide()
    const stuck: RowStore = {
      ...rows,
      move: async () => ({ outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }),
    }
    const deadline = { left: () => 3000 - clock.elapsed() }
    const attempt = catchUp(voyages, stream, {
      ...options,
      rows: stuck,
      deadline,
      hint: [await append(stream, planned)],
    })
    await expect(attempt).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('keeps the progress of every page, so a long stream survives a timeout', async () => {
    const { append, options, rows, clock } = readSide()
    await append(stream, planned)
    for (let i = 0; i < 5; i++) await append(stream, renamed(`${i}`.repeat(300 * 1024)))
    let moves = 0
    const slow: RowStore = {
      ...rows,
      async move(move) {
        moves += 1
        return moves === 2
          ? { outcome: 'again', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
          : rows.move(move)
      },
    }
    const deadline = { left: () => (moves < 2 ? 1000 : -clock.elapsed()) }
    await expect(catchUp(voyages, stream, { ...options, rows: slow, deadline })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect((await rows.readGuard(key)).guard?.version).toBeGreaterThanOrEqual(4)
  })

  it.each([
    ['many commits', 1],
    ['one commit', 100],
  ])('makes several writes if %s change more rows than one holds, and keeps each', async (_, size) => {
    const { append, options, rows, count } = counted()
    const commits = [await append(stream, planned)]
    const events = Array.from({ length: 100 }, (_event, i) => joined(`sailor-${i}`))
    while (events.length > 0) commits.push(await append(stream, ...events.splice(0, size)))
    const result = await catchUp(voyages, stream, { ...options, hint: commits })
    expect(result.version).toBe(101)
    // 101 people with two rows each, at most 99 rows per write.
    expect(count.moves).toBeGreaterThanOrEqual(3)
    expect(count.moves).toBeLessThanOrEqual(6)
    const fold = foldOf(voyages, stream, commits)
    expect(sorted(rows.rows())).toEqual(sorted([...fold.rows, ...fold.feed]))
  })

  it('reads each page of a long stream once, however many writes it needs', async () => {
    const { append, options, store } = counted()
    await append(stream, planned)
    for (let n = 0; n < 1000; n++) await append(stream, renamed(`${n}`.padEnd(2_500, 'x')))
    let units = 0
    const metered: typeof store = {
      ...store,
      async read(...args) {
        const page = await store.read(...args)
        units += page.cost.readUnits
        return page
      },
    }
    expect(await catchUp(voyages, stream, { ...options, store: metered })).toMatchObject({ version: 1001 })
    const { cost } = await store.load(stream, options.deadline)
    expect(units).toBeLessThanOrEqual(cost.readUnits + 3)
  })

  it('makes one write of many events with few resulting changes', async () => {
    const { append, options, count } = counted()
    const commits = [await append(stream, planned)]
    for (let i = 0; i < 49; i++) {
      commits.push(await append(stream, joined(`sailor-${i}`), left(`sailor-${i}`)))
    }
    await catchUp(voyages, stream, { ...options, hint: commits })
    expect(count.moves).toBe(1)
  })

  it('puts the stream into the key of every row, so that two voyages of one moment have separate rows', async () => {
    const { append, options, rows } = readSide()
    for (const name of ['voyage-1', 'voyage-2'] as const) {
      await catchUp(voyages, name, { ...options, hint: [await append(name, planned)] })
    }
    const list = await rows.list(`${generationId(voyages)}#${voyagesOf('ann')}`, { limit: 10 })
    expect(list.rows.map(({ SK }) => SK.split('#')[1])).toEqual(['voyage-2', 'voyage-1'])
  })
})
