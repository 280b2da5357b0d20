import { type CommitItem, itemBytes } from './commit-item.ts'
import type { CommitTable } from './commit-table.ts'

const pageBytes = 1024 * 1024

/** A table of commits in memory, for tests and simulations. It charges and pages as DynamoDB does. */
export function createMemoryCommitTable(): CommitTable & { readonly all: () => CommitItem[] } {
  const streams = new Map<string, CommitItem[]>()
  return {
    async putNew(item) {
      const cost = { requests: 1, readUnits: 0, writeUnits: Math.ceil(itemBytes(item) / 1024) }
      const items = streams.get(item.pk) ?? []
      const standing = items.find(({ sk }) => sk === item.sk)
      if (standing !== undefined) return { outcome: 'occupied', item: standing, cost }
      streams.set(
        item.pk,
        [...items, { ...item }].sort((a, b) => a.sk - b.sk),
      )
      return { outcome: 'put', cost }
    },

    async query(stream, { from, order, limit = Number.POSITIVE_INFINITY }) {
      const all = streams.get(stream) ?? []
      const matching =
        order === 'forward'
          ? all.filter(({ sk }) => sk >= from)
          : all.filter(({ sk }) => sk <= from).reverse()
      const items: CommitItem[] = []
      let bytes = 0
      for (const item of matching) {
        if (items.length >= limit || bytes >= pageBytes) break
        items.push(item)
        bytes += itemBytes(item)
      }
      const readUnits = Math.max(1, Math.ceil(bytes / 4096))
      return { items, more: items.length < matching.length, cost: { requests: 1, readUnits, writeUnits: 0 } }
    },

    all: () => [...streams.values()].flat(),
  }
}
