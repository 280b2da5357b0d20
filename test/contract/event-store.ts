import { describe, expect, it } from 'vitest'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import type { EventStore, Head } from '../../domain/kernel/event-store.ts'
import { noReservations, type Reservation, type ReservationReader } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { createFaults, type Fault } from '../../infra/local/index.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { faultyCommitTable, faultyWire } from '../kit/faults/faulty-ports.ts'
import { newCommit } from '../kit/stores/commits.ts'

const ample: Deadline = { left: () => 10_000 }

const numbered = (count: number, { set }: Reservation): Reservation[] =>
  Array.from({ length: count }, (_, n) => ({ set, key: `${n}@example.com` }))

/** The tests that every event store must pass, whatever table it uses. `table` is called once per test. */
export function eventStoreContract(name: string, table: () => CommitTable & ReservationReader): void {
  let streams = 0
  const setUp = () => {
    const reservations = table()
    const faults = createFaults()
    const faulty = faultyCommitTable(reservations, faultyWire(faults))
    const putsFail = (fault: Fault, times = 1) => faults.next(fault, { times, at: /^putNew$/ })
    const store = createEventStore(faulty, manualClock())
    streams += 1
    const id = `${process.pid}x${Date.now()}x${streams}`
    const stream: StreamName = `voyage-${id}`
    return { store, faulty, putsFail, stream, id, reservations }
  }
  const append = async (
    store: EventStore,
    stream: StreamName,
    over: Parameters<typeof newCommit>[0] = {},
  ) => {
    const { head } = await store.load(stream, ample)
    return store.append(head, newCommit(over), ample)
  }

  describe(`event store on ${name}`, () => {
    it('loads no events from a stream that does not exist, and a head to append at', async () => {
      const { store, stream } = setUp()
      const { commits, head } = await store.load(stream, ample)
      expect(commits).toEqual([])
      expect(head).toMatchObject({ stream, version: 0 })
    })

    it('loads what was appended, in order and with every field', async () => {
      const { store, stream } = setUp()
      const first = newCommit({ count: 2, text: 'Ünïcödé 🗺️ "quoted"\n' })
      const second = newCommit({ at: '2026-01-02T00:00:00.000Z', actorId: 'bob' })
      await store.append((await store.load(stream, ample)).head, first, ample)
      await store.append((await store.load(stream, ample)).head, second, ample)
      const { commits, head } = await store.load(stream, ample)
      expect(commits).toEqual([
        { ...first, stream, version: 1 },
        { ...second, stream, version: 3 },
      ])
      expect(head.version).toBe(3)
    })

    it('appends at most once at a head', async () => {
      const { store, stream } = setUp()
      const { head } = await store.load(stream, ample)
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => store.append(head, newCommit(), ample)),
      )
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
        'appended',
        ...Array.from({ length: 7 }, () => 'conflict'),
      ])
      expect((await store.load(stream, ample)).commits).toHaveLength(1)
    })

    it('appends at the head that an append left, without a load between', async () => {
      const { store, stream } = setUp()
      const first = await append(store, stream, { count: 2 })
      if (first.outcome !== 'appended') throw new Error('no other process appends here')
      expect(first.head).toMatchObject({ stream, version: 2 })
      expect((await store.append(first.head, newCommit(), ample)).outcome).toBe('appended')
      const { commits, head } = await store.load(stream, ample)
      expect(commits.map(({ version }) => version)).toEqual([1, 3])
      expect(head.version).toBe(3)
    })

    it('accepts only a head that it handed out, so nobody can write a gap', async () => {
      const { store, stream } = setUp()
      const forged = { stream, version: 7 } as Head // a forged head, as a careless caller might make it
      await expect(store.append(forged, newCommit(), ample)).rejects.toThrow(
        'a head that this store returned',
      )
      expect((await store.load(stream, ample)).commits).toEqual([])
    })

    it('refuses a commit without events', async () => {
      const { store, stream } = setUp()
      await expect(append(store, stream, { count: 0 })).rejects.toThrow('at least one event')
    })

    it('recognises its own write after a lost answer', async () => {
      const { putsFail, store, stream } = setUp()
      putsFail('lose-answer')
      const appended = await append(store, stream, { count: 2 })
      expect(appended).toMatchObject({ outcome: 'repeated', commit: { version: 1 } })
      expect((await store.load(stream, ample)).commits).toHaveLength(1)
    })

    it('puts a commit with an unknown outcome again, unchanged, at the same version', async () => {
      const { putsFail, store, faulty, stream } = setUp()
      putsFail('fail', 2)
      putsFail('lose-answer')
      expect((await append(store, stream)).outcome).toBe('repeated')
      expect(faulty.puts).toHaveLength(4)
      expect(new Set(faulty.puts.map((item) => JSON.stringify(item))).size).toBe(1)
    })

    it('gives up an unknown outcome only at the deadline, and reports it as unknown', async () => {
      const { putsFail, faulty, stream } = setUp()
      const clock = manualClock()
      const store = createEventStore(faulty, clock)
      const deadline = { left: () => 1000 - clock.elapsed() }
      const { head } = await store.load(stream, ample)
      putsFail('fail', 1000)
      await expect(store.append(head, newCommit(), deadline)).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 1,
      })
      expect(clock.elapsed()).toBeGreaterThanOrEqual(1000)
    })

    it('answers with what is stored if another process decided differently under the same command id', async () => {
      const { store, stream } = setUp()
      const { head } = await store.load(stream, ample)
      await store.append(head, newCommit({ commandId: 'same', count: 3 }), ample)
      const repeated = await store.append(head, newCommit({ commandId: 'same', count: 1 }), ample)
      expect(repeated.outcome === 'repeated' && repeated.commit.events).toHaveLength(3)
    })

    it('refuses a commit over 350 KB permanently, and accepts one just below that', async () => {
      const { store, stream } = setUp()
      await expect(append(store, stream, { text: 'x'.repeat(350 * 1024) })).rejects.toMatchObject({
        code: 'too-large',
      })
      expect((await append(store, stream, { text: 'x'.repeat(349 * 1024) })).outcome).toBe('appended')
    })

    it('refuses a stream with a name of more than 2,048 bytes', async () => {
      const { store } = setUp()
      const long: StreamName = `voyage-${'x'.repeat(2042)}`
      await expect(store.load(long, ample)).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(store.read(long, 1, ample)).rejects.toMatchObject({ code: 'invalid-input' })
    })

    it('loads a stream of several pages', async () => {
      const { store, stream } = setUp()
      for (let i = 0; i < 5; i++) await append(store, stream, { text: `${i}`.repeat(300 * 1024) })
      const { commits, head, cost } = await store.load(stream, ample)
      expect(commits.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
      expect(head.version).toBe(5)
      expect(cost.requests).toBeGreaterThan(1)
    })

    describe('loading since a head', () => {
      it('returns the commits after it, and a new head to append at', async () => {
        const { store, stream } = setUp()
        await append(store, stream, { count: 2 })
        const { head: since } = await store.load(stream, ample)
        await append(store, stream, { count: 3 })
        await append(store, stream)
        const { commits, head } = await store.load(stream, ample, { since })
        expect(commits.map(({ version }) => version)).toEqual([3, 6])
        expect(head).toMatchObject({ stream, version: 6 })
        expect((await store.append(head, newCommit(), ample)).outcome).toBe('appended')
      })

      it('returns no commits if there are none, in one small read', async () => {
        const { store, stream } = setUp()
        for (let i = 0; i < 3; i++) await append(store, stream, { text: 'x'.repeat(20_000) })
        const { head: since } = await store.load(stream, ample)
        const { commits, head, cost } = await store.load(stream, ample, { since })
        expect(commits).toEqual([])
        expect(head.version).toBe(3)
        expect(cost.requests).toBe(1)
        expect(cost.readUnits).toBeLessThanOrEqual(1)
      })

      it('returns the whole stream since the head before its first commit', async () => {
        const { store, stream } = setUp()
        const { head: since } = await store.load(stream, ample)
        await append(store, stream)
        expect((await store.load(stream, ample, { since })).commits).toHaveLength(1)
      })

      it('reads as many pages as there are', async () => {
        const { store, stream } = setUp()
        await append(store, stream)
        const { head: since } = await store.load(stream, ample)
        for (let i = 0; i < 5; i++) await append(store, stream, { text: `${i}`.repeat(300 * 1024) })
        const { commits, cost } = await store.load(stream, ample, { since })
        expect(commits.map(({ version }) => version)).toEqual([2, 3, 4, 5, 6])
        expect(cost.requests).toBeGreaterThan(1)
      })

      it('accepts only a head of the same stream that it handed out', async () => {
        const { store, faulty, stream } = setUp()
        const { head: ofAnother } = await store.load(setUp().stream, ample)
        const { head: ofAnotherStore } = await createEventStore(faulty, manualClock()).load(stream, ample)
        const forged = { stream, version: 0 } as Head // a forged head, as a careless caller might make it
        for (const since of [ofAnother, ofAnotherStore, forged])
          await expect(store.load(stream, ample, { since })).rejects.toThrow(TypeError)
      })

      it('finds a stream with a gap after the head unreadable', async () => {
        const raw = table()
        const { stream } = setUp()
        const store = createEventStore(raw, manualClock())
        const { head: since } = await store.load(stream, ample)
        await putRaw(raw, { ...newCommit(), stream, version: 2 })
        await expect(store.load(stream, ample, { since })).rejects.toMatchObject({ code: 'unreadable' })
      })
    })

    it.each([1, 3])('appends %i event(s) under 1 KB with one request and one write unit', async (count) => {
      const { store, stream } = setUp()
      expect((await append(store, stream, { count })).cost).toEqual({
        requests: 1,
        readUnits: 0,
        writeUnits: 1,
      })
    })

    it('reports what a load consumed', async () => {
      const { store, stream } = setUp()
      await append(store, stream)
      expect((await store.load(stream, ample)).cost).toEqual({ requests: 1, readUnits: 1, writeUnits: 0 })
    })

    it('finds a stream with a gap unreadable instead of skipping the gap', async () => {
      const raw = table()
      const { stream } = setUp()
      await putRaw(raw, { ...newCommit(), stream, version: 1 })
      await putRaw(raw, { ...newCommit(), stream, version: 3 })
      const store = createEventStore(raw, manualClock())
      await expect(store.load(stream, ample)).rejects.toMatchObject({ code: 'unreadable' })
      await expect(store.read(stream, 2, ample)).rejects.toMatchObject({ code: 'unreadable' })
    })

    describe('with reservations', () => {
      const setUpTwo = () => {
        const { id, stream: one, reservations, ...rest } = setUp()
        const other: StreamName = `voyage-other${id}`
        const email: Reservation = { set: `email${id}`, key: 'ünicode@example.com' }
        const holder = async () => (await reservations.holderOf(email, ample)).stream
        return { ...rest, one, other, email, reservations, holder }
      }
      const appendWith = async (
        store: EventStore,
        stream: StreamName,
        { take = [], release = [] }: { take?: Reservation[]; release?: Reservation[] },
      ) => {
        const { head } = await store.load(stream, ample)
        return store.append(head, newCommit(), ample, { reservations: { take, release } })
      }

      it('takes and releases a key in one transaction with the commit, and reports what it consumed', async () => {
        const { store, one, email, holder } = setUpTwo()
        const cost = { requests: 1, readUnits: 0, writeUnits: 4 }
        expect(await appendWith(store, one, { take: [email] })).toMatchObject({ outcome: 'appended', cost })
        expect(await holder()).toBe(one)
        expect(await appendWith(store, one, { release: [email] })).toMatchObject({
          outcome: 'appended',
          cost,
        })
        expect(await holder()).toBeUndefined()
      })

      it('is a plain put of one unit if nothing is taken or released', async () => {
        const { store, one } = setUpTwo()
        const { cost } = await appendWith(store, one, {})
        expect(cost).toEqual({ requests: 1, readUnits: 0, writeUnits: 1 })
      })

      it('appends nothing if another stream holds the key, and names the key', async () => {
        const { store, one, other, email, holder, reservations } = setUpTwo()
        const free = { ...email, key: 'free@example.com' }
        await appendWith(store, one, { take: [email] })
        expect(await appendWith(store, other, { take: [free, email] })).toEqual({
          outcome: 'taken',
          reservation: email,
          cost: { requests: 1, readUnits: 0, writeUnits: 6 },
        })
        expect((await store.load(other, ample)).commits).toEqual([])
        expect(await holder()).toBe(one)
        expect(await appendWith(store, one, { take: [free] })).toMatchObject({ outcome: 'appended' })
        expect((await reservations.holderOf(free, ample)).stream).toBe(one)
      })

      it('never releases a key that another stream holds', async () => {
        const { store, one, other, email, holder } = setUpTwo()
        await appendWith(store, one, { take: [email] })
        expect(await appendWith(store, other, { release: [email] })).toMatchObject({ outcome: 'taken' })
        expect(await holder()).toBe(one)
      })

      it('takes a key that the stream itself holds, and one that was released', async () => {
        const { store, one, other, email, holder } = setUpTwo()
        await appendWith(store, one, { take: [email] })
        expect(await appendWith(store, one, { take: [email] })).toMatchObject({ outcome: 'appended' })
        await appendWith(store, one, { release: [email] })
        expect(await appendWith(store, other, { take: [email] })).toMatchObject({ outcome: 'appended' })
        expect(await holder()).toBe(other)
      })

      it('recognises its own write after a lost answer', async () => {
        const { putsFail, store, faulty, one, email, holder } = setUpTwo()
        putsFail('fail')
        putsFail('lose-answer')
        expect(await appendWith(store, one, { take: [email] })).toMatchObject({ outcome: 'repeated' })
        expect(new Set(faulty.puts.map((put) => JSON.stringify(put))).size).toBe(1)
        expect((await store.load(one, ample)).commits).toHaveLength(1)
        expect(await holder()).toBe(one)
      })

      it('recognises its own write even if another stream has taken the key meanwhile', async () => {
        const { store, one, other, email } = setUpTwo()
        const { head } = await store.load(one, ample)
        const commit = newCommit()
        await store.append(head, commit, ample, { reservations: { take: [email], release: [] } })
        await appendWith(store, one, { release: [email] })
        await appendWith(store, other, { take: [email] })
        const again = await store.append(head, commit, ample, {
          reservations: { take: [email], release: [] },
        })
        expect(again).toMatchObject({ outcome: 'repeated', commit: { commandId: commit.commandId } })
      })

      it('reports a conflict, not a taken key, if another commit has that version', async () => {
        const { store, one, other, email } = setUpTwo()
        await appendWith(store, other, { take: [email] })
        const { head } = await store.load(one, ample)
        await append(store, one)
        const rival = await store.append(head, newCommit(), ample, {
          reservations: { take: [email], release: [] },
        })
        expect(rival.outcome).toBe('conflict')
      })

      it('takes no key if the commit is not written', async () => {
        const { putsFail, faulty, one, email, holder } = setUpTwo()
        const clock = manualClock()
        const store = createEventStore(faulty, clock)
        const { head } = await store.load(one, ample)
        putsFail('fail', 1000)
        const deadline = { left: () => 1000 - clock.elapsed() }
        const attempt = store.append(head, newCommit(), deadline, {
          reservations: { take: [email], release: [] },
        })
        await expect(attempt).rejects.toMatchObject({ code: 'unavailable' })
        expect(await holder()).toBeUndefined()
      })

      it('gives a key to one of several streams', async () => {
        const { store, one, email, holder } = setUpTwo()
        const rivals = Array.from({ length: 8 }, (_, i): StreamName => `${one}x${i}`)
        const outcomes = await Promise.all(
          rivals.map((stream) => appendWith(store, stream, { take: [email] })),
        )
        const winners = rivals.filter((_, i) => outcomes[i]?.outcome === 'appended')
        expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(7)
        expect(winners).toEqual([await holder()])
      })

      it.each<[string, (email: Reservation) => Reservation[]]>([
        ['more keys than a transaction holds', (email) => numbered(100, email)],
        ['a key of more than 1,024 bytes', (email) => [{ ...email, key: 'ö'.repeat(513) }]],
        ['an empty key', (email) => [{ ...email, key: '' }]],
      ])('refuses %s before it writes anything', async (_, take) => {
        const { store, one, email } = setUpTwo()
        await expect(appendWith(store, one, { take: take(email) })).rejects.toMatchObject({
          code: 'too-large',
        })
        expect((await store.load(one, ample)).commits).toEqual([])
      })

      it('takes as many keys, and keys as long, as a transaction holds', async () => {
        const { store, one, email } = setUpTwo()
        const take = [...numbered(98, email), { ...email, key: 'ö'.repeat(512) }]
        expect(await appendWith(store, one, { take })).toMatchObject({ outcome: 'appended' })
      })

      it('tells whether a set is empty', async () => {
        const { store, one, email, reservations } = setUpTwo()
        const isEmpty = async () => (await reservations.isEmpty(email.set, ample)).empty
        expect(await isEmpty()).toBe(true)
        await appendWith(store, one, { take: [email] })
        expect(await isEmpty()).toBe(false)
        await appendWith(store, one, { release: [email] })
        expect(await isEmpty()).toBe(true)
      })
    })

    describe('read', () => {
      const filled = async () => {
        const { store, stream } = setUp()
        for (const count of [2, 3, 1]) await append(store, stream, { count }) // commits at versions 1, 3 and 6
        return { store, stream }
      }

      it.each([
        [1, [1, 3, 6]],
        [2, [1, 3, 6]],
        [3, [3, 6]],
        [5, [3, 6]],
        [6, [6]],
        [7, []],
        [99, []],
      ])('from version %i returns the commit that contains it and those that follow', async (from, versions) => {
        const { store, stream } = await filled()
        const { commits, more } = await store.read(stream, from, ample)
        expect(commits.map(({ version }) => version)).toEqual(versions)
        expect(more).toBe(false)
      })

      it('reads a long stream page by page', async () => {
        const { store, stream } = setUp()
        for (let i = 0; i < 5; i++) await append(store, stream, { text: 'x'.repeat(300 * 1024) })
        const found: number[] = []
        for (let more = true; more; ) {
          const page = await store.read(stream, (found.at(-1) ?? 0) + 1, ample)
          found.push(...page.commits.map(({ version }) => version))
          more = page.more
        }
        expect(found).toEqual([1, 2, 3, 4, 5])
      })
    })
  })
}

async function putRaw(table: CommitTable, commit: Commit): Promise<void> {
  const { stream, version, events, ...rest } = commit
  await table.putNew(
    { pk: stream, sk: version, events: JSON.stringify(events), count: events.length, ...rest },
    noReservations,
    1000,
  )
}
