import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore, Head } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { noReservations, type Reservations } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type CommitItem, checkContiguous, fromItem, toItem } from './commit-item.ts'
import type { CommitTable, PutAnswer } from './commit-table.ts'
import { addTail, loadAll, loadTail, nothing, type Tail, tailOf } from './load.ts'

/**
 * A load goes back over so many commits at least, and that is how far it finds repeats in any case. With commits of 1 KB
 * and snapshots of 4 KB they are 32 KB, or 8 read units.
 */
const tailCommits = 28
/** A page of a query holds 1 MB: by then a snapshot should have come. */
const maxTailBytes = 500 * 1024

/** Maximum keys that one commit takes and releases together: a transaction has 100 items, and the commit is one. */
const maxKeysPerCommit = 99
/** Maximum bytes of a partition key and of a sort key in DynamoDB: a set and a key of reservations. */
const maxSetBytes = 2048
const maxKeyBytes = 1024

export interface EventStoreOptions {
  /** How many commits a load goes back over at least. */
  readonly tail?: number
  /** After how many commits the next one brings a snapshot: fewer than the tail, so that it is always in it. */
  readonly snapshotEvery?: number
}

/** The event store over a table of commits. Everything that adapters share is here; a table only puts and queries. */
export function createEventStore(
  table: CommitTable,
  clock: Clock,
  { tail = tailCommits, snapshotEvery = tail - 1 }: EventStoreOptions = {},
): EventStore {
  /** Those that were handed out, with what stands after the last snapshot of use. */
  const heads = new WeakMap<Head, Tail>()

  const headAt = (stream: StreamName, version: number, sinceSnapshot: Tail): Head => {
    // The one place where a head is made: after a load to the end, and after a commit that was put at one.
    const snapshotDue = sinceSnapshot.commits >= snapshotEvery || sinceSnapshot.bytes >= maxTailBytes
    const head = { stream, version, snapshotDue } as Head
    heads.set(head, sinceSnapshot)
    return head
  }

  /** The only function that writes a commit. */
  const put = async (
    item: CommitItem,
    reservations: Reservations,
    left: () => number,
  ): Promise<{ answer: PutAnswer; cost: Cost }> => {
    let cost = noCost
    for (let attempt = 0; ; attempt++) {
      if (left() <= 0) throw outcomeUnknown()
      const answer = await table.putNew(item, reservations, left())
      cost = addCost(cost, answer.cost)
      if (answer.outcome !== 'unknown') return { answer, cost }
      await clock.sleep(Math.min(backoff(attempt, clock.random), Math.max(0, left())))
    }
  }

  return {
    async load(stream, deadline, { since, fold, reach } = {}) {
      const before = since === undefined ? nothing : heads.get(since)
      if (before === undefined || (since !== undefined && since.stream !== stream))
        throw new TypeError('load takes only a head of the same stream that this store handed out')
      const wanted = { stream, after: since?.version ?? 0, deadline }
      const found =
        fold === undefined
          ? await loadAll(table, wanted)
          : await loadTail(table, wanted, { fold, reach, tail })
      const { commits, snapshot, cost } = found
      const sinceSnapshot =
        snapshot === undefined ? addTail(before, found.sinceSnapshot) : found.sinceSnapshot
      const last = commits.at(-1)
      const version = last === undefined ? wanted.after : lastVersion(last)
      return { commits, snapshot, head: headAt(stream, version, sinceSnapshot), cost }
    },

    async append(head, newCommit, deadline, { reservations = noReservations, snapshot } = {}) {
      const before = heads.get(head)
      if (before === undefined) throw new TypeError('append takes only a head that this store handed out')
      if (newCommit.events.length === 0) throw new TypeError('a commit holds at least one event')
      const commit: Commit = { ...newCommit, stream: head.stream, version: head.version + 1 }
      checkKeys(reservations)
      const item = toItem(commit, snapshot)
      const { answer, cost } = await put(item, reservations, deadline.left)
      if (answer.outcome === 'taken') return { ...answer, cost }
      if (answer.outcome !== 'occupied') {
        const sinceSnapshot = addTail(item.fold === undefined ? before : nothing, tailOf(item))
        return {
          outcome: 'appended',
          commit,
          head: headAt(head.stream, lastVersion(commit), sinceSnapshot),
          cost,
        }
      }
      if (answer.item.commandId === commit.commandId)
        return { outcome: 'repeated', commit: fromItem(answer.item), cost }
      return { outcome: 'conflict', cost }
    },

    async read(stream, from, deadline, limit) {
      const range = { from, order: 'forward', ...(limit !== undefined && { limit }) } as const
      const page = await table.query(stream, range, deadline.left())
      const commits = page.items.map(fromItem)
      let cost = page.cost
      if (from > 1 && commits[0]?.version !== from) {
        // `from` lies inside a commit, or past the end: the commit before it tells.
        const before = await table.query(
          stream,
          { from: from - 1, order: 'backward', limit: 1 },
          deadline.left(),
        )
        cost = addCost(cost, before.cost)
        commits.unshift(...before.items.map(fromItem).filter((commit) => lastVersion(commit) >= from))
      }
      checkContiguous(
        commits,
        commits[0] !== undefined && commits[0].version < from ? commits[0].version : from,
      )
      return { commits, more: page.more, cost }
    },
  }
}

/** Throws `too-large` if one transaction cannot take and release the keys beside the commit. */
function checkKeys({ take, release }: Reservations): void {
  const keys = [...take, ...release]
  if (keys.length > maxKeysPerCommit) {
    throw new Problem(
      'too-large',
      `A command may take and release at most ${maxKeysPerCommit} keys together; this one would change ${keys.length}.`,
    )
  }
  if (
    keys.some(({ set, key }) => Buffer.byteLength(set) > maxSetBytes || Buffer.byteLength(key) > maxKeyBytes)
  )
    throw new Problem('too-large', `A key may have at most ${maxKeyBytes} bytes.`)
}

function outcomeUnknown(): Problem {
  return new Problem(
    'unavailable',
    'The store did not answer in time. Repeat the command with the same Idempotency-Key.',
    {
      retryAfterSeconds: 1,
    },
  )
}
