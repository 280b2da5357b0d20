import { type CommitItem, itemBytes } from '../../../commands/event-store/commit-item.ts'
import { shardOf } from '../../engine/counters.ts'
import type { CommitScan, ScanOptions } from './commit-scan.ts'

/** Scans a table of commits in memory, for tests. A page contains 1 MB, or `limit` items. */
export function createMemoryCommitScan(
  table: { readonly all: () => readonly CommitItem[] },
  { limit = Number.POSITIVE_INFINITY, segment = 0, segments = 1 }: ScanOptions = {},
): CommitScan {
  return {
    async page(after) {
      const all = table.all().filter(({ pk }) => shardOf(pk, segments) === segment)
      // Commits are never removed, so the position exists.
      const from = after ? all.findIndex(({ pk, sk }) => pk === after.stream && sk === after.version) + 1 : 0
      const items: CommitItem[] = []
      let bytes = 0
      for (const item of all.slice(from)) {
        if (items.length >= limit || bytes >= 1024 * 1024) break
        items.push(item)
        bytes += itemBytes(item)
      }
      const last = from + items.length < all.length ? items.at(-1) : undefined
      return {
        items,
        next: last && { stream: last.pk, version: last.sk },
        cost: { requests: 1, readUnits: Math.max(1, Math.ceil(bytes / 4096)), writeUnits: 0 },
      }
    },
  }
}
