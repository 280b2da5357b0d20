import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import { type CommitReceipt, repeatReach } from '../../domain/kernel/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type CommitItem, checkContiguous, fromItem, snapshotIn } from './commit-item.ts'
import { type CommitTable, maxVersion } from './commit-table.ts'
import { receiptsIn } from './receipts.ts'

/** The part of a stream to load: the commits after a version. */
export interface Wanted {
  readonly stream: StreamName
  readonly after: number
  readonly deadline: Deadline
}

/** The size of the commits since a snapshot, or since the beginning. */
export interface Tail {
  readonly commits: number
  /** The approximate size of the events in bytes. */
  readonly bytes: number
}

/** Commits in order, without a gap. */
export interface Found {
  readonly commits: readonly Commit[]
  readonly snapshot?: { readonly version: number; readonly state: unknown } | undefined
  /** Receipts of earlier commits, from the newest snapshot of any fold. */
  readonly receipts?: readonly CommitReceipt[] | undefined
  /** The size of the commits since the snapshot. */
  readonly sinceSnapshot: Tail
  readonly cost: Cost
}

export const nothing: Tail = { commits: 0, bytes: 0 }

export function addTail(a: Tail, b: Tail): Tail {
  return { commits: a.commits + b.commits, bytes: a.bytes + b.bytes }
}

/** The size that one commit adds. */
export function tailOf({ events }: Pick<CommitItem, 'events'>): Tail {
  return { commits: 1, bytes: events.length }
}

/** Loads everything after a version, oldest first. Throws `unreadable` if a commit is missing. */
export async function loadAll(table: CommitTable, { stream, after, deadline }: Wanted): Promise<Found> {
  const commits: Commit[] = []
  let cost = noCost
  let from = after + 1
  for (let more = true; more; ) {
    const page = await table.query(stream, { from, order: 'forward' }, deadline.left())
    cost = addCost(cost, page.cost)
    const found = page.items.map(fromItem)
    checkContiguous(found, from)
    commits.push(...found)
    const last = commits.at(-1)
    if (last !== undefined) from = lastVersion(last) + 1
    more = page.more
  }
  return { commits, sinceSnapshot: nothing, cost }
}

/** The number of commits that a further request reads: as many as a snapshot has receipts. */
const furtherCommits = repeatReach.receipts

/**
 * Loads the end of a stream after a version. One request reads the last `tail` commits. If none of them has a snapshot
 * of this fold, more are read. If their newest snapshot has no receipts, further commits back to the time `reach`
 * replace them. Throws `unreadable` if a commit is missing.
 */
export async function loadTail(
  table: CommitTable,
  { stream, after, deadline }: Wanted,
  { fold, reach, tail }: { fold: string; reach: string | undefined; tail: number },
): Promise<Found> {
  const newestFirst: Commit[] = []
  let snapshot: Found['snapshot']
  let receipts: Found['receipts']
  let sinceSnapshot = nothing
  let cost = noCost
  for (let from = maxVersion, limit = tail; ; limit = furtherCommits) {
    const range = { from, to: after + 1, order: 'backward', limit } as const
    const page = await table.query(stream, range, deadline.left())
    cost = addCost(cost, page.cost)
    for (const item of page.items) {
      const commit = fromItem(item)
      newestFirst.push(commit)
      receipts ??= receiptsIn(item as CommitItem)
      if (snapshot !== undefined) continue
      sinceSnapshot = addTail(sinceSnapshot, tailOf(item as CommitItem)) // `fromItem` has checked it
      const found = snapshotIn(item as CommitItem, fold)
      if (found !== undefined) snapshot = { version: commit.version - 1, ...found }
    }
    const oldest = newestFirst.at(-1)
    const whole = !page.more || oldest === undefined || oldest.version === after + 1
    const remembers = receipts !== undefined || reach === undefined || goesBackTo(reach, newestFirst)
    if (whole || (snapshot !== undefined && remembers)) {
      const commits = newestFirst.reverse()
      checkContiguous(commits, whole ? after + 1 : oldest.version)
      return { commits, snapshot, receipts, sinceSnapshot, cost }
    }
    from = oldest.version - 1
  }
}

/** Whether the commits, newest first, identify repeats as far back as a snapshot with receipts does. */
function goesBackTo(reach: string, commits: readonly Commit[]): boolean {
  const oldest = commits.at(-1)
  const isOld = oldest !== undefined && oldest.at < reach && commits.length >= repeatReach.commits
  return isOld || commits.length >= repeatReach.receipts
}
