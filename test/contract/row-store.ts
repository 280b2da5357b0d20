import { describe, expect, it } from 'vitest'
import { isRefusal } from '../../commands/aws/sdk-call.ts'
import { counterPartition } from '../../projections/engine/counters.ts'
import type { ParkedIndex } from '../../projections/engine/parked-index.ts'
import { guardKey, type RowItem } from '../../projections/engine/projection.ts'
import type { Move, RowStore } from '../../projections/engine/row-store.ts'

const large = (kilobytes: number) => 'x'.repeat(kilobytes * 1024)

/** The tests that every row store must pass. `open` is called once per test. */
export function rowStoreContract(name: string, open: () => RowStore & ParkedIndex): void {
  let made = 0
  const setUp = () => {
    made += 1
    const id = `${process.pid}x${Date.now()}x${made}`
    const generation = `test.v1.${id}`
    const key = guardKey(generation, 'voyage-1')
    const row = (sort: string, data: string): RowItem => ({ PK: `${generation}#list`, SK: sort, data })
    const move = (over: Partial<Move>): Move => ({
      key,
      from: { version: 0 },
      to: { version: 1, state: '{}' },
      put: [],
      remove: [],
      counters: [],
      ...over,
    })
    return { store: open(), generation, key, list: `${generation}#list`, row, move }
  }

  describe(`row store on ${name}`, () => {
    it('has no guard before the first move', async () => {
      const { store, key } = setUp()
      expect((await store.readGuard(key)).guard).toBeUndefined()
    })

    it('moves a guard from the version that was read', async () => {
      const { store, key, move } = setUp()
      expect((await store.move(move({}))).outcome).toBe('moved')
      expect(
        (await store.move(move({ from: { version: 1 }, to: { version: 4, state: '{"a":"ö"}' } }))).outcome,
      ).toBe('moved')
      expect((await store.readGuard(key)).guard).toEqual({ version: 4, state: '{"a":"ö"}' })
    })

    it.each([
      ['behind', 1],
      ['ahead of', 3],
      ['missing at', 0],
    ])('does not move a guard that was read %s its stored version', async (_, from) => {
      const { store, key, list, row, move } = setUp()
      await store.move(move({ to: { version: 2, state: '{}' } }))
      expect(
        (await store.move(move({ from: { version: from }, to: { version: 9, state: '{}' } }))).outcome,
      ).toBe('again')
      const withRows = await store.move(
        move({ from: { version: from }, to: { version: 9, state: '{}' }, put: [row('a', '1')] }),
      )
      expect(withRows.outcome).toBe('again')
      expect((await store.readGuard(key)).guard?.version).toBe(2)
      expect((await store.list(list, { limit: 10 })).rows).toEqual([])
    })

    it('keeps the reason why a stream is parked in its guard, until a write passes the failing event', async () => {
      const { store, key, move } = setUp()
      const parked = { error: 'unreadable', at: '2026-01-01T00:00:00.000Z' }
      await store.move(move({ to: { version: 0, state: '{}', parked } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 0, state: '{}', parked })
      await store.move(move({ to: { version: 3, state: '{}', parked } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 3, state: '{}', parked })
      await store.move(move({ from: { version: 3 }, to: { version: 4, state: '{}' } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 4, state: '{}' })
    })

    it('lists a guard by its key while its stream is parked, whatever else the write does', async () => {
      const { store, key, generation, row, move } = setUp()
      const listed = async () =>
        (await store.parkedKeys()).keys.filter(({ PK }) => PK.startsWith(`${generation}#`))
      const parked = { error: 'unreadable', at: '2026-01-01T00:00:00.000Z' }
      await store.move(move({ to: { version: 1, state: '{}' } }))
      expect(await listed()).toEqual([])
      await store.move(move({ from: { version: 1 }, to: { version: 2, state: '{}', parked } }))
      expect(await listed()).toEqual([key])
      const other = guardKey(generation, 'voyage-0')
      await store.move(move({ key: other, to: { version: 0, state: '{}', parked }, put: [row('a', '1')] }))
      expect(await listed()).toEqual([other, key])
      // A refused write changes none of that.
      expect(
        (await store.move(move({ from: { version: 1 }, to: { version: 3, state: '{}' } }))).outcome,
      ).toBe('again')
      expect(await listed()).toEqual([other, key])
      await store.move(move({ from: { version: 2 }, to: { version: 3, state: '{}' }, put: [row('b', '2')] }))
      await store.move(move({ key: other, to: { version: 1, state: '{}' } }))
      expect(await listed()).toEqual([])
    })

    it('moves guard and rows together', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: [row('a', '1'), row('b', '2')] }))
      await store.move(
        move({
          from: { version: 1 },
          to: { version: 2, state: '{}' },
          put: [row('b', '3')],
          remove: [row('a', '1')],
        }),
      )
      expect((await store.list(list, { limit: 10 })).rows).toEqual([row('b', '3')])
    })

    it('counts the written changes of an event, and continues only from that count', async () => {
      const { store, key, list, row, move } = setUp()
      const written = (count: number) => ({ version: 0, state: '{}', ...(count > 0 && { written: count }) })
      const steps = async (from: number, to: number) =>
        (await store.move(move({ from: written(from), to: written(to), put: [row(`r${to}`, '1')] }))).outcome
      expect(await steps(0, 99)).toBe('moved')
      expect(await steps(0, 99)).toBe('again')
      expect(await steps(98, 99)).toBe('again')
      expect(await steps(100, 199)).toBe('again')
      expect(await steps(99, 198)).toBe('moved')
      expect((await store.readGuard(key)).guard).toEqual({ version: 0, state: '{}', written: 198 })
      const whole = move({ to: { version: 1, state: '{}' }, put: [row('r1', '1')] })
      expect((await store.move(whole)).outcome).toBe('again')
      expect((await store.move({ ...whole, from: written(198) })).outcome).toBe('moved')
      expect((await store.readGuard(key)).guard).toEqual({ version: 1, state: '{}' })
      expect((await store.list(list, { limit: 10 })).rows).toHaveLength(3)
      const after = { version: 1, written: 198 }
      expect((await store.move({ ...whole, from: after })).outcome).toBe('again')
    })

    it('puts rows of a feed, and putting them again changes nothing', async () => {
      const { store, list, row } = setUp()
      const rows = Array.from({ length: 60 }, (_, i) => row(`r${i + 10}`, 'x'))
      expect((await store.put(rows)).outcome).toBe('put')
      expect((await store.put(rows.slice(0, 1))).outcome).toBe('put')
      expect((await store.put([])).outcome).toBe('put')
      expect((await store.list(list, { limit: 100 })).rows).toEqual(rows.toReversed())
      expect((await store.put(rows.slice(0, 2))).cost).toMatchObject({ requests: 1, writeUnits: 2 })
    })

    it('adds to counters together with the guard, or not at all', async () => {
      const { store, generation, move } = setUp()
      const PK = counterPartition(generation, 'days')
      const counts = (SK: string, amounts: Record<string, number>) => ({ PK, SK, amounts })
      const sums = async (from: string, to: string) => [...(await store.sums(PK, { from, to })).sums]
      expect(await sums('01', '31')).toEqual([])

      const first = move({
        counters: [counts('01#0', { VOYAGES: 2, bytes: 5 }), counts('02#1', { bytes: 1 })],
      })
      expect((await store.move(first)).outcome).toBe('moved')
      expect((await store.move(first)).outcome).toBe('again')
      const to = { version: 2, state: '{}' }
      const second = {
        from: { version: 1 },
        to,
        counters: [counts('01#1', { VOYAGES: 1 }), counts('02#1', { bytes: -3 })],
      }
      expect((await store.move(move(second))).outcome).toBe('moved')

      expect(await sums('01', '02')).toEqual([
        ['01', { VOYAGES: 3, bytes: 5 }],
        ['02', { bytes: -2 }],
      ])
      expect(await sums('02', '02')).toEqual([['02', { bytes: -2 }]])
      expect(await sums('00', '00')).toEqual([])
      expect(await sums('03', '99')).toEqual([])
    })

    it('reads counters consistently, over as many pages as they fill', async () => {
      const { store, generation, move } = setUp()
      const PK = counterPartition(generation, 'long')
      const amounts = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}`.repeat(5000), i + 1]))
      for (let version = 0; version < 8; version++) {
        const counters = Array.from({ length: 5 }, (_, i) => ({ PK, SK: `a#${version * 5 + i}`, amounts }))
        const to = { version: version + 1, state: '{}' }
        expect((await store.move(move({ from: { version }, to, counters }))).outcome).toBe('moved')
      }
      const { sums } = await store.sums(PK, { from: 'a', to: 'a' })
      const named = Object.entries(sums.get('a') ?? {}).map(([name, amount]) => [name[0], amount])
      expect(Object.fromEntries(named)).toEqual(
        Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}`, (i + 1) * 40])),
      )
    })

    it('lets one of several rivals move the guard', async () => {
      const { store, row, list, move } = setUp()
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, i) => store.move(move({ put: [row(`r${i}`, `${i}`)] }))),
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'moved')).toHaveLength(1)
      expect((await store.list(list, { limit: 10 })).rows).toHaveLength(1)
    })

    it('reads any number of rows by their keys, and leaves out missing ones', async () => {
      const { store, generation, row, move } = setUp()
      const rows = Array.from({ length: 120 }, (_, i) => row(`r${i}`, `${i}`))
      await store.put(rows.slice(0, 110))
      await store.move(move({ put: [row('moved', 'x')] }))
      const { rows: found, cost } = await store.readRows([...rows, row('moved', '')])
      const named = (some: readonly { SK: string; data: string }[]) => some.map(({ SK, data }) => [SK, data])
      expect(named(found).sort()).toEqual(named([...rows.slice(0, 110), row('moved', 'x')]).sort())
      expect(found.every(({ PK }) => PK.startsWith(`${generation}#`))).toBe(true)
      // A consistent read of a row takes a whole read unit.
      expect(cost.readUnits).toBeGreaterThanOrEqual(111)
      expect((await store.readRows([])).rows).toEqual([])
    })

    it('lists as many rows as requested, over as many pages of 1 MB as they fill', async () => {
      const { store, list, row } = setUp()
      const rows = Array.from({ length: 90 }, (_, i) => row(`r${i + 10}`, 'x'.repeat(20_000)))
      await store.put(rows)
      const { rows: all, cost } = await store.list(list, { limit: 100 })
      expect(all.map(({ SK }) => SK)).toEqual(rows.map(({ SK }) => SK).toReversed())
      expect(cost.requests).toBe(2)
      expect((await store.list(list, { limit: 80 })).rows).toHaveLength(80)
      expect((await store.list(list, { limit: 100, after: 'r20' })).rows).toHaveLength(10)
    })

    it('lists every parked guard, over as many pages as they fill', async () => {
      const { store, generation, move } = setUp()
      const parked = { error: 'unreadable', at: '2026-01-01T00:00:00.000Z' }
      const long = 'x'.repeat(1900)
      const keys = Array.from({ length: 600 }, (_, n) => guardKey(generation, `voyage-${n + 100}${long}`))
      for (const key of keys)
        expect((await store.move(move({ key, to: { version: 0, state: '{}', parked } }))).outcome).toBe(
          'moved',
        )
      const listed = (await store.parkedKeys()).keys.filter(({ PK }) => PK.startsWith(`${generation}#`))
      expect(listed.map(({ PK }) => PK).toSorted()).toEqual(keys.map(({ PK }) => PK))
    })

    it('reads items by their keys even if together they exceed one response', async () => {
      const { store, row } = setUp()
      const rows = Array.from({ length: 50 }, (_, i) => row(`r${i + 10}`, 'x'.repeat(380_000)))
      await store.put(rows)
      expect((await store.readRows(rows)).rows).toHaveLength(50)
    })

    it.each<[string, (kit: ReturnType<typeof setUp>) => Promise<unknown>]>([
      [
        'a row of more than 400 KB',
        ({ store, row, move }) => store.move(move({ put: [row('a', large(400))] })),
      ],
      ['a row of a feed of more than 400 KB', ({ store, row }) => store.put([row('a', large(400))])],
      [
        'a guard of more than 400 KB',
        ({ store, move }) => store.move(move({ to: { version: 1, state: large(400) } })),
      ],
      [
        'a sort key of more than 1,024 bytes',
        ({ store, row, move }) => store.move(move({ put: [row('ö'.repeat(513), '1')] })),
      ],
      [
        'a partition key of more than 2,048 bytes',
        ({ store, move }) => store.move(move({ key: { PK: 'x'.repeat(2049), SK: 'guard' } })),
      ],
      [
        'a guard that cannot be stored',
        ({ store }) => store.readGuard({ PK: 'x'.repeat(2049), SK: 'guard' }),
      ],
      [
        'a transaction of more than 4 MB',
        ({ store, row, move }) =>
          store.move(move({ put: Array.from({ length: 11 }, (_, n) => row(`r${n}`, large(390))) })),
      ],
    ])('refuses %s, and writes no part of it', async (_, act) => {
      const kit = setUp()
      await expect(act(kit)).rejects.toSatisfy(isRefusal)
      await expect(act(kit)).rejects.toSatisfy(isRefusal)
      expect((await kit.store.readGuard(kit.key)).guard).toBeUndefined()
      expect((await kit.store.list(kit.list, { limit: 20 })).rows).toEqual([])
    })

    it('accepts a write just below these limits', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: [row('ö'.repeat(512), '1'), row('a', large(399))] }))
      const many = Array.from({ length: 10 }, (_, n) => row(`r${n}`, large(390)))
      const to = { version: 2, state: '{}' }
      expect((await store.move(move({ from: { version: 1 }, to, put: many }))).outcome).toBe('moved')
      expect((await store.list(list, { limit: 20 })).rows).toHaveLength(12)
      expect(
        (await store.move(move({ from: { version: 2 }, to: { version: 3, state: '{}' }, remove: many })))
          .outcome,
      ).toBe('moved')
    })

    it('lists the largest sort key first, a page at a time', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: ['a', 'd', 'b', 'c'].map((sort) => row(sort, sort)) }))
      const first = await store.list(list, { limit: 3 })
      expect(first.rows.map(({ SK }) => SK)).toEqual(['d', 'c', 'b'])
      const rest = await store.list(list, { limit: 3, after: 'b' })
      expect(rest.rows.map(({ SK }) => SK)).toEqual(['a'])
    })

    it('lists the smallest sort key first if the caller asks for that, a page at a time', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: ['a', 'd', 'b', 'c'].map((sort) => row(sort, sort)) }))
      const page = { limit: 3, order: 'ascending' } as const
      const first = await store.list(list, page)
      expect(first.rows.map(({ SK }) => SK)).toEqual(['a', 'b', 'c'])
      const rest = await store.list(list, { ...page, after: 'c' })
      expect(rest.rows.map(({ SK }) => SK)).toEqual(['d'])
      expect((await store.list(list, { limit: 1, order: 'descending' })).rows).toEqual([row('d', 'd')])
    })

    it('lists many rows in ascending order, whatever a read returns at once', async () => {
      const { store, list, row } = setUp()
      const rows = Array.from({ length: 25 }, (_, i) => row(`r${i + 10}`, large(100)))
      await store.put(rows)
      expect((await store.list(list, { limit: 100, order: 'ascending' })).rows).toEqual(rows)
    })

    it('reads up to 100 guards at once, in the requested order', async () => {
      const { store, generation, move } = setUp()
      const keys = Array.from({ length: 100 }, (_, i) => guardKey(generation, `voyage-${i}`))
      for (const index of [99, 0, 42]) {
        await store.move(
          move({
            key: keys[index] ?? keys[0] ?? { PK: '', SK: '' },
            to: { version: index + 1, state: '{}' },
          }),
        )
      }
      const { guards } = await store.readGuards(keys)
      expect(guards.map((guard, index) => guard && [index, guard.version]).filter(Boolean)).toEqual([
        [0, 1],
        [42, 43],
        [99, 100],
      ])
      expect((await store.readGuards([])).guards).toEqual([])
    })

    it('moves 99 rows at once, and refuses more than a transaction holds', async () => {
      const { store, generation, list, row, move } = setUp()
      const rows = Array.from({ length: 100 }, (_, i) => row(`r${i}`, 'x'))
      await expect(store.move(move({ put: rows }))).rejects.toMatchObject({ code: 'too-large' })
      const counters = [{ PK: counterPartition(generation, 'all'), SK: 'a#0', amounts: { rows: 99 } }]
      const counted = store.move(move({ put: rows.slice(1), counters }))
      await expect(counted).rejects.toMatchObject({ code: 'too-large' })
      expect((await store.move(move({ put: rows.slice(1) }))).outcome).toBe('moved')
      expect((await store.list(list, { limit: 200 })).rows).toHaveLength(99)
    })

    it('reports what it consumed: one unit for the guard alone, two per item in a transaction', async () => {
      const { store, generation, row, move } = setUp()
      expect((await store.move(move({}))).cost).toMatchObject({ requests: 1, writeUnits: 1 })
      const counted = { PK: counterPartition(generation, 'all'), SK: 'a#0', amounts: { rows: 1 } }
      const withCounter = await store.move(
        move({ from: { version: 1 }, to: { version: 1, state: '{}' }, counters: [counted] }),
      )
      expect(withCounter.cost).toMatchObject({ requests: 1, writeUnits: 4 })
      const withRow = await store.move(
        move({ from: { version: 1 }, to: { version: 2, state: '{}' }, put: [row('a', '1')] }),
      )
      expect(withRow.cost).toMatchObject({ requests: 1, writeUnits: 4 })
    })

    it('reads consistently, at one whole unit for a guard, a page of rows and a sum', async () => {
      const { store, generation, key, list, row, move } = setUp()
      await store.move(move({ put: [row('a', '1')] }))
      const one = { requests: 1, readUnits: 1, writeUnits: 0 }
      expect((await store.readGuard(key)).cost).toEqual(one)
      expect((await store.readGuards([key])).cost).toEqual(one)
      expect((await store.list(list, { limit: 10 })).cost).toEqual(one)
      const PK = counterPartition(generation, 'all')
      const to = { version: 2, state: '{}' }
      await store.move(
        move({ from: { version: 1 }, to, counters: [{ PK, SK: 'a#0', amounts: { rows: 1 } }] }),
      )
      expect((await store.sums(PK, { from: 'a', to: 'a' })).cost).toEqual(one)
    })
  })
}
