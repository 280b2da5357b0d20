import { noCost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowItem, RowKey } from './projection.ts'
import { type Guard, maxRowsPerMove, type RowStore } from './row-store.ts'

/** A read model in memory, for tests and simulations. */
export function createMemoryRowStore(): RowStore & { readonly rows: () => RowItem[] } {
  const guards = new Map<string, Guard>()
  const rows = new Map<string, RowItem>()
  const name = ({ PK, SK }: RowKey) => JSON.stringify([PK, SK])
  return {
    async readGuard(key) {
      return { guard: guards.get(name(key)), cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    async readGuards(keys) {
      return {
        guards: keys.map((key) => guards.get(name(key))),
        cost: { requests: 1, readUnits: keys.length, writeUnits: 0 },
      }
    },

    async move({ key, from, to, put, remove }) {
      const changes = put.length + remove.length
      if (changes > maxRowsPerMove) throw new Problem('too-large', 'A stream changes too many rows at once.')
      if ((guards.get(name(key))?.version ?? 0) !== from)
        return { outcome: 'again', cost: { ...noCost, requests: 1 } }
      guards.set(name(key), to)
      for (const row of remove) rows.delete(name(row))
      for (const row of put) rows.set(name(row), row)
      return {
        outcome: 'moved',
        cost: { requests: 1, readUnits: 0, writeUnits: changes === 0 ? 1 : 2 * (1 + changes) },
      }
    },

    async list(partition, { after, limit }) {
      const found = [...rows.values()]
        .filter(({ PK, SK }) => PK === partition && (after === undefined || SK < after))
        .sort((a, b) => (a.SK < b.SK ? 1 : -1))
        .slice(0, limit)
      return { rows: found, cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    rows: () => [...rows.values()],
  }
}
