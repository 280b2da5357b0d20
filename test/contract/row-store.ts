import { describe, expect, it } from 'vitest'
import { guardKey, type RowItem } from '../../projections/engine/projection.ts'
import type { Move, RowStore } from '../../projections/engine/row-store.ts'

/** What every store of rows does. `open` is called once per test. */
export function rowStoreContract(name: string, open: () => RowStore): void {
  let made = 0
  const setUp = () => {
    made += 1
    const id = `${process.pid}x${Date.now()}x${made}`
    const generation = `test.v1.${id}`
    const key = guardKey(generation, 'project-1')
    const row = (sort: string, data: string): RowItem => ({ PK: `${generation}#list`, SK: sort, data })
    const move = (over: Partial<Move>): Move => ({
      key,
      from: 0,
      to: { version: 1, state: '{}' },
      put: [],
      remove: [],
      ...over,
    })
    return { store: open(), generation, key, list: `${generation}#list`, row, move }
  }

  describe(`row store on ${name}`, () => {
    it('has no guard where nothing moved', async () => {
      const { store, key } = setUp()
      expect((await store.readGuard(key)).guard).toBeUndefined()
    })

    it('moves a guard from where it was read', async () => {
      const { store, key, move } = setUp()
      expect((await store.move(move({}))).outcome).toBe('moved')
      expect((await store.move(move({ from: 1, to: { version: 4, state: '{"a":"ö"}' } }))).outcome).toBe(
        'moved',
      )
      expect((await store.readGuard(key)).guard).toEqual({ version: 4, state: '{"a":"ö"}' })
    })

    it.each([
      ['behind', 1],
      ['ahead of', 3],
      ['missing at', 0],
    ])('does not move a guard that was read %s where it is', async (_, from) => {
      const { store, key, list, row, move } = setUp()
      await store.move(move({ to: { version: 2, state: '{}' } }))
      expect((await store.move(move({ from, to: { version: 9, state: '{}' } }))).outcome).toBe('again')
      const withRows = await store.move(move({ from, to: { version: 9, state: '{}' }, put: [row('a', '1')] }))
      expect(withRows.outcome).toBe('again')
      expect((await store.readGuard(key)).guard?.version).toBe(2)
      expect((await store.list(list, { limit: 10 })).rows).toEqual([])
    })

    it('keeps why a stream is parked with its guard, until a write passes that', async () => {
      const { store, key, move } = setUp()
      const parked = { error: 'unreadable', at: '2026-01-01T00:00:00.000Z' }
      await store.move(move({ to: { version: 0, state: '{}', parked } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 0, state: '{}', parked })
      await store.move(move({ to: { version: 3, state: '{}', parked } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 3, state: '{}', parked })
      await store.move(move({ from: 3, to: { version: 4, state: '{}' } }))
      expect((await store.readGuard(key)).guard).toEqual({ version: 4, state: '{}' })
    })

    it('moves guard and rows together', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: [row('a', '1'), row('b', '2')] }))
      await store.move(
        move({ from: 1, to: { version: 2, state: '{}' }, put: [row('b', '3')], remove: [row('a', '1')] }),
      )
      expect((await store.list(list, { limit: 10 })).rows).toEqual([row('b', '3')])
    })

    it('lets one of several rivals move', async () => {
      const { store, row, list, move } = setUp()
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, i) => store.move(move({ put: [row(`r${i}`, `${i}`)] }))),
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'moved')).toHaveLength(1)
      expect((await store.list(list, { limit: 10 })).rows).toHaveLength(1)
    })

    it('lists the largest sort key first, a page at a time', async () => {
      const { store, list, row, move } = setUp()
      await store.move(move({ put: ['a', 'd', 'b', 'c'].map((sort) => row(sort, sort)) }))
      const first = await store.list(list, { limit: 3 })
      expect(first.rows.map(({ SK }) => SK)).toEqual(['d', 'c', 'b'])
      const rest = await store.list(list, { limit: 3, after: 'b' })
      expect(rest.rows.map(({ SK }) => SK)).toEqual(['a'])
    })

    it('reads up to 100 guards at once, in the order that was asked', async () => {
      const { store, generation, move } = setUp()
      const keys = Array.from({ length: 100 }, (_, i) => guardKey(generation, `project-${i}`))
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
      const { store, list, row, move } = setUp()
      const rows = Array.from({ length: 100 }, (_, i) => row(`r${i}`, 'x'))
      await expect(store.move(move({ put: rows }))).rejects.toMatchObject({ code: 'too-large' })
      expect((await store.move(move({ put: rows.slice(1) }))).outcome).toBe('moved')
      expect((await store.list(list, { limit: 200 })).rows).toHaveLength(99)
    })

    it('says what it consumed: one unit for the guard alone, two an item in a transaction', async () => {
      const { store, row, move } = setUp()
      expect((await store.move(move({}))).cost).toMatchObject({ requests: 1, writeUnits: 1 })
      const withRow = await store.move(
        move({ from: 1, to: { version: 2, state: '{}' }, put: [row('a', '1')] }),
      )
      expect(withRow.cost).toMatchObject({ requests: 1, writeUnits: 4 })
    })

    it('reads consistently, which takes a whole unit for a guard and for a page of rows', async () => {
      const { store, key, list, row, move } = setUp()
      await store.move(move({ put: [row('a', '1')] }))
      const one = { requests: 1, readUnits: 1, writeUnits: 0 }
      expect((await store.readGuard(key)).cost).toEqual(one)
      expect((await store.readGuards([key])).cost).toEqual(one)
      expect((await store.list(list, { limit: 10 })).cost).toEqual(one)
    })
  })
}
