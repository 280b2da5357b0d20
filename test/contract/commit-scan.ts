import { beforeAll, describe, expect, it } from 'vitest'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { CommitScan, ScanOptions, ScanPlace } from '../../projections/rebuild/walk/commit-scan.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { newCommit } from '../kit/stores/commits.ts'

const ample = { left: () => 10_000 }

/**
 * The tests that every scan of an event store must pass. `open` is called once. It gives an empty table of
 * commits and two ways to scan it: with a maximum number of items per page, and with DynamoDB's own pages.
 */
export function commitScanContract(
  name: string,
  open: () => { commits: CommitTable; scan: (options?: ScanOptions) => CommitScan },
): void {
  const { commits, scan } = open()
  const store = createEventStore(commits, manualClock())
  const streams = Array.from({ length: 12 }, (_, index): StreamName => `voyage-${index}`)
  const append = async (stream: StreamName, over: Parameters<typeof newCommit>[0] = {}) => {
    const { head } = await store.load(stream, ample)
    await store.append(head, newCommit(over), ample)
  }
  const items = async (scanned: CommitScan, from?: ScanPlace) => {
    const found: [string, number][] = []
    const sizes: number[] = []
    let next = from
    do {
      const page = await scanned.page(next, 10_000)
      // The page contains items of the event store.
      for (const { pk, sk } of page.items as { pk: string; sk: number }[]) found.push([pk, sk])
      sizes.push(page.items.length)
      next = page.next
    } while (next !== undefined)
    return { found, sizes }
  }

  describe(`scan of commits on ${name}`, () => {
    beforeAll(async () => {
      expect(await scan().page(undefined, 10_000)).toMatchObject({ items: [], next: undefined })
      // One stream after another in each round, so that the items of a stream are not adjacent.
      for (let version = 1; version <= 11; version++)
        for (const stream of streams) await append(stream, { count: version === 2 ? 3 : 1 })
    })

    it.each([
      1,
      7,
      100,
      undefined,
    ])('returns each commit once, and those of a stream together and in order, in pages of %s', async (limit) => {
      const { found, sizes } = await items(scan({ limit }))
      expect(Math.max(...sizes)).toBeLessThanOrEqual(limit ?? 1000)
      const order = [...new Set(found.map(([stream]) => stream))]
      const versions = [1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13]
      expect(found).toEqual(order.flatMap((stream) => versions.map((version) => [stream, version])))
      expect(order.toSorted()).toEqual(streams.toSorted())
    })

    it('returns everything when all segments are read, with each stream in one segment', async () => {
      const parts = await Promise.all([0, 1, 2].map((segment) => items(scan({ segment, segments: 3 }))))
      const { found } = await items(scan())
      const texts = (some: readonly [string, number][]) =>
        some.map(([stream, version]) => `${stream} ${version}`)
      expect(parts.flatMap((part) => texts(part.found)).sort()).toEqual(texts(found).sort())
      const inSegments = parts.flatMap((part) => [...new Set(part.found.map(([stream]) => stream))])
      expect(inSegments.toSorted()).toEqual(streams.toSorted())
      expect(parts.filter((part) => part.found.length > 0).length).toBeGreaterThan(1)
    })

    it('returns a commit as it is stored', async () => {
      const page = await scan({ limit: 1 }).page(undefined, 10_000)
      const { pk = '' } = page.items[0] as { pk?: string } // the page contains items of the event store
      const { items: stored } = await commits.query(pk, { from: 1, order: 'forward', limit: 1 }, 10_000)
      expect(page.items).toEqual(stored)
      expect(page.next).toEqual({ stream: pk, version: 1 })
    })

    it('continues in a stream with commits that were put meanwhile', async () => {
      const { found } = await items(scan({ limit: 100 }))
      const [stream] = found[0] ?? ['voyage-0']
      const after = { stream, version: 13 }
      await append(stream as StreamName, { count: 2 }) // the scan returns names of streams
      const rest = (await items(scan({ limit: 100 }), after)).found
      expect(rest[0]).toEqual([stream, 14])
      expect(rest).toHaveLength(11 * 11 + 1)
    })

    it('reads consistently, which takes a whole unit for a small page', async () => {
      const { cost } = await scan({ limit: 1 }).page(undefined, 10_000)
      expect(cost).toEqual({ requests: 1, readUnits: 1, writeUnits: 0 })
    })

    it('ends a page at 1 MB', async () => {
      for (let i = 0; i < 5; i++) await append('voyage-large', { text: 'x'.repeat(300_000) })
      const { sizes } = await items(scan())
      expect(sizes.length).toBeGreaterThan(1)
    })
  })
}
