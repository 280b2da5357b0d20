import { noCost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { added, type CounterItem, keysOf, sumsOf } from './counters.ts'
import type { ParkedIndex } from './parked-index.ts'
import { nameOf, type RowItem, type RowKey } from './projection.ts'
import { type Guard, maxChangesPerMove, type RowStore } from './row-store.ts'

export interface MemoryRowStore extends RowStore, ParkedIndex {
  /** Removes everything whose partition begins so. Returns how many items that were. */
  readonly removeAll: (prefixes: readonly string[]) => number
  readonly rows: () => RowItem[]
  readonly counters: () => CounterItem[]
}

/** A read model in memory, for tests and simulations. */
export function createMemoryRowStore(): MemoryRowStore {
  const guards = new Map<string, Guard>()
  const rows = new Map<string, RowItem>()
  const counters = new Map<string, CounterItem>()
  return {
    async readGuard(key) {
      return { guard: guards.get(nameOf(key)), cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    async readGuards(keys) {
      return {
        guards: keys.map((key) => guards.get(nameOf(key))),
        cost: { requests: 1, readUnits: keys.length, writeUnits: 0 },
      }
    },

    async move({ key, from, to, put, remove, counters: counted }) {
      const changes = put.length + remove.length + counted.length
      if (changes > maxChangesPerMove) throw new Problem('too-large', 'A stream changes too much at once.')
      const { version = 0, written } = guards.get(nameOf(key)) ?? {}
      if (version !== from.version || written !== from.written)
        return { outcome: 'again', cost: { ...noCost, requests: 1 } }
      guards.set(nameOf(key), to)
      for (const row of remove) rows.delete(nameOf(row))
      for (const row of put) rows.set(nameOf(row), row)
      for (const item of counted) {
        const sum = counters.get(nameOf(item))
        counters.set(nameOf(item), { ...item, amounts: added(sum?.amounts ?? {}, item.amounts) })
      }
      return {
        outcome: 'moved',
        cost: { requests: 1, readUnits: 0, writeUnits: changes === 0 ? 1 : 2 * (1 + changes) },
      }
    },

    async put(some) {
      for (const row of some) rows.set(nameOf(row), row)
      return { outcome: 'put', cost: { requests: 1, readUnits: 0, writeUnits: some.length } }
    },

    async readRows(keys) {
      const found = keys.flatMap((key) => rows.get(nameOf(key)) ?? [])
      return { rows: found, cost: { requests: 1, readUnits: keys.length, writeUnits: 0 } }
    },

    async list(partition, { after, limit }) {
      const found = [...rows.values()]
        .filter(({ PK, SK }) => PK === partition && (after === undefined || SK < after))
        .sort((a, b) => (a.SK < b.SK ? 1 : -1))
        .slice(0, limit)
      return { rows: found, cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    async sums(partition, range) {
      const { from, to } = keysOf(range)
      const items = [...counters.values()].filter(({ PK, SK }) => PK === partition && SK >= from && SK <= to)
      return { sums: sumsOf(items), cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    async parkedKeys() {
      const keys = [...guards.entries()]
        .filter(([, { parked }]) => parked !== undefined)
        .map(([key]): RowKey => {
          const [PK, SK] = JSON.parse(key)
          return { PK, SK }
        })
        .sort((a, b) => (a.PK < b.PK ? -1 : 1))
      return { keys, cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    removeAll(prefixes) {
      let removed = 0
      for (const items of [guards, rows, counters]) {
        for (const key of [...items.keys()]) {
          const [PK] = JSON.parse(key)
          if (prefixes.some((prefix) => String(PK).startsWith(prefix)) && items.delete(key)) removed += 1
        }
      }
      return removed
    },

    rows: () => [...rows.values()],
    counters: () => [...counters.values()],
  }
}
