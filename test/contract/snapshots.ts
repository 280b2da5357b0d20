import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CommitItem } from '../../commands/event-store/commit-item.ts'
import type { CommitTable } from '../../commands/event-store/commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { Appended, Head, LoadOptions, Snapshot } from '../../domain/kernel/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { newCommit } from '../kit/stores/commits.ts'

const ample: Deadline = { left: () => 10_000 }
const fold = 'this fold'
const old = '2026-01-01T00:00:00.000Z'
const recent = '2026-01-01T01:00:00.000Z'

/**
 * The tests of snapshots that every event store must pass, whatever table it uses. `table` is called once
 * per test.
 */
export function snapshotContract(name: string, table: () => CommitTable): void {
  let streams = 0
  const setUp = () => {
    const commits = table()
    const store = createEventStore(commits, manualClock())
    streams += 1
    const stream: StreamName = `voyage-snapshots-${process.pid}x${Date.now()}x${streams}`
    const load = (options: LoadOptions = { fold }) => store.load(stream, ample, options)
    /**
     * Puts this number of commits of one event each after the head. The state of each due snapshot is the version
     * that it is taken at.
     */
    const grow = async (
      count: number,
      over: Parameters<typeof newCommit>[0] & { snapshotOf?: (head: Head) => Snapshot | undefined } = {},
    ) => {
      const { snapshotOf = ({ snapshotDue, version }) => due(snapshotDue, version), ...rest } = over
      let { head } = await load()
      for (let n = 0; n < count; n++)
        head = headOf(await store.append(head, newCommit(rest), ample, { snapshot: snapshotOf(head) }))
      return head
    }
    return { commits, store, stream, load, grow }
  }

  describe(`snapshots on ${name}`, () => {
    it('are due after 27 commits, and after 27 more', async () => {
      const { grow, load } = setUp()
      const due: number[] = []
      await grow(90, {
        snapshotOf({ snapshotDue, version }) {
          if (snapshotDue) due.push(version)
          return snapshotDue ? { fold, state: {} } : undefined
        },
      })
      expect(due).toEqual([27, 54, 81])
      expect((await load()).head.snapshotDue).toBe(false)
    })

    it('are due after a load, too, until there is one', async () => {
      const { grow, load } = setUp()
      const none = { snapshotOf: () => undefined }
      await grow(26, none)
      expect((await load()).head.snapshotDue).toBe(false)
      await grow(1, none)
      expect((await load()).head.snapshotDue).toBe(true)
      await grow(40, none)
      expect((await load()).head.snapshotDue).toBe(true)
      await grow(1)
      expect((await load()).head.snapshotDue).toBe(false)
    })

    it('are due by the commits since a head plus those before it', async () => {
      const { grow, load, store } = setUp()
      const since = await grow(20)
      await grow(7, { snapshotOf: () => undefined })
      const { head, commits } = await load({ since, fold })
      expect(commits).toHaveLength(7)
      expect(head.snapshotDue).toBe(true)
      await store.append(head, newCommit(), ample, { snapshot: { fold, state: {} } })
      expect((await load({ since, fold })).head.snapshotDue).toBe(false)
    })

    it('are due earlier for large commits, before a load needs a second page', async () => {
      const { grow } = setUp()
      const text = 'x'.repeat(300_000)
      expect((await grow(1, { text })).snapshotDue).toBe(false)
      expect((await grow(1, { text })).snapshotDue).toBe(true)
    })

    it('end a load, in one request of at most 8 read units, at any length', async () => {
      const { grow, load } = setUp()
      await grow(400)
      const { snapshot, commits, head, cost } = await load()
      expect(head.version).toBe(400)
      expect(snapshot).toEqual({ version: 378, state: { at: 378 } })
      expect(commits.map(({ version }) => version)).toEqual(Array.from({ length: 27 }, (_, n) => 374 + n))
      expect(cost.requests).toBe(1)
      expect(cost.readUnits).toBeLessThanOrEqual(8)
    })

    it('are ignored by a caller that names no fold', async () => {
      const { grow, store, stream } = setUp()
      await grow(60)
      const { snapshot, commits } = await store.load(stream, ample)
      expect(snapshot).toBeUndefined()
      expect(commits).toHaveLength(60)
    })

    it('of another fold are ignored: a load uses the newest one of its own fold', async () => {
      const { grow, load } = setUp()
      await grow(30)
      await grow(100, { snapshotOf: ({ version }) => ({ fold: 'another', state: { at: version } }) })
      const { snapshot, commits, head } = await load()
      expect(snapshot).toEqual({ version: 27, state: { at: 27 } })
      expect(commits.length).toBeGreaterThan(100)
      expect(commits.at(-1)?.version).toBe(130)
      expect(head.snapshotDue).toBe(true)
    })

    it('of another fold alone are ignored: a load reads back to the first commit', async () => {
      const { grow, load } = setUp()
      await grow(60)
      const { snapshot, commits } = await load({ fold: 'another' })
      expect(snapshot).toBeUndefined()
      expect(commits.map(({ version }) => version)).toEqual(Array.from({ length: 60 }, (_, n) => 1 + n))
    })

    it('that cannot be read are ignored', async () => {
      const { grow, load, commits: table, stream } = setUp()
      const head = await grow(30)
      const { items } = await table.query(stream, { from: 30, order: 'backward', limit: 1 }, 1000)
      const garbled = { state: new Uint8Array([1, 2, 3]), fold }
      const [last] = items as CommitItem[]
      if (last === undefined) throw new Error('there are commits')
      const item = { ...last, sk: head.version + 1, commandId: 'garbled', ...garbled }
      await table.putNew(item, { take: [], release: [] }, 1000)
      expect((await load()).snapshot).toEqual({ version: 27, state: { at: 27 } })
    })

    it('carry receipts of the earlier commits, which any fold can use, in one request', async () => {
      const { grow, load } = setUp()
      const receipts = Array.from({ length: 100 }, (_, n) => ({
        commandId: createHash('sha256').update(`${n}`).digest('hex').slice(0, 32),
        version: n + 1,
        types: ['VoyageRenamed', 'NoteWritten'],
        digest: 'digest',
        at: recent,
      }))
      await grow(140, {
        at: recent,
        snapshotOf: ({ snapshotDue }) => (snapshotDue ? { fold, state: {}, receipts } : undefined),
      })
      const loaded = await load({ fold, reach: old })
      expect(loaded.receipts).toEqual(receipts)
      expect(loaded.cost.requests).toBe(1)
      expect((await load({ fold: 'another', reach: old })).receipts).toEqual(receipts)
    })

    it('without receipts end a load only after it has the commits of a time, or a hundred more', async () => {
      const { grow, load } = setUp()
      await grow(40, { at: old })
      await grow(60, { at: recent })
      const { snapshot, commits } = await load({ fold, reach: recent })
      expect(snapshot?.version).toBe(81)
      expect(commits.filter(({ at }) => at === recent)).toHaveLength(60)
      await grow(300, { at: recent })
      const long = await load({ fold, reach: recent })
      expect(long.commits).toHaveLength(127)
      expect(long.cost.requests).toBe(2)
    })

    it('with receipts that cannot be read, or that would be too large, are used without them', async () => {
      const { grow, load } = setUp()
      const types = Array.from({ length: 500 }, () => randomBytes(100).toString('hex'))
      const receipt = { commandId: 'a', version: 1, types, digest: 'digest', at: recent }
      const snapshotOf = ({ snapshotDue }: Head) =>
        snapshotDue ? { fold, state: { a: 1 }, receipts: [receipt] } : undefined
      await grow(30, { snapshotOf })
      const { snapshot, receipts } = await load()
      expect(snapshot).toEqual({ version: 27, state: { a: 1 } })
      expect(receipts).toBeUndefined()
    })

    it('are left out if they would make a commit too large, and the commit is still written', async () => {
      const { load, store } = setUp()
      const state = { text: randomBytes(400_000).toString('base64') }
      const { head } = await load()
      const appended = await store.append(head, newCommit(), ample, { snapshot: { fold, state } })
      expect(appended.outcome).toBe('appended')
      expect(await load()).not.toHaveProperty('snapshot.state')
    })

    it('do not hide a gap', async () => {
      const { grow, load, commits: table, stream } = setUp()
      await grow(60)
      const { items } = await table.query(stream, { from: 60, order: 'backward', limit: 1 }, 1000)
      const [last] = items as CommitItem[]
      if (last === undefined) throw new Error('there are commits')
      await table.putNew({ ...last, sk: 62, commandId: 'gap' }, { take: [], release: [] }, 1000)
      await expect(load()).rejects.toMatchObject({ code: 'unreadable' })
    })
  })
}

function due(snapshotDue: boolean, version: number): Snapshot | undefined {
  return snapshotDue ? { fold, state: { at: version } } : undefined
}

function headOf(appended: Appended): Head {
  if (appended.outcome !== 'appended') throw new Error('no other process appends here')
  return appended.head
}
