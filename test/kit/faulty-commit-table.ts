import type { CommitTable } from '../../commands/event-store/commit-table.ts'

/** What can go wrong with a put: nothing happens, or it happens and nobody hears. */
export type PutFault = 'fail without effect' | 'lose the answer'

/**
 * A table whose next puts go wrong in the given order. It keeps everything that was put, for a look at
 * retries. A put is a transaction where it comes with reservations, so a fault has all of it happen or nothing.
 */
export function faultyCommitTable(table: CommitTable): CommitTable & { next: PutFault[]; puts: unknown[] } {
  const next: PutFault[] = []
  const puts: unknown[] = []
  return {
    next,
    puts,
    async putNew(item, reservations, timeoutMs) {
      puts.push({ item, reservations })
      const fault = next.shift()
      if (fault === 'fail without effect')
        return { outcome: 'unknown', cost: { requests: 1, readUnits: 0, writeUnits: 0 } }
      const answer = await table.putNew(item, reservations, timeoutMs)
      return fault === 'lose the answer' ? { outcome: 'unknown', cost: answer.cost } : answer
    },
    query: (stream, range, timeoutMs) => table.query(stream, range, timeoutMs),
  }
}
