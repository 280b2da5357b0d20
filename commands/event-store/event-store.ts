import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore, Head } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { noReservations, type Reservations } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { fitsKeys, maxPartitionKeyBytes, maxSortKeyBytes, maxTransactionItems } from '../aws/dynamo-limits.ts'
import { type CommitItem, fromItem, toItem } from './commit-item.ts'
import type { CommitTable, PutAnswer } from './commit-table.ts'
import { addTail, loadAll, loadTail, nothing, type Tail, tailOf } from './load.ts'
import { readPage } from './read-page.ts'

/**
 * Minimum number of commits that a load reads back. In a longer stream of small commits, exactly one of them has a
 * snapshot of the current fold, and its receipts reach further back. Large commits need snapshots sooner. If `evolve`
 * has changed, or no snapshot fitted, the load reads further back. With commits of 1 KB and a snapshot of 5 KB, these
 * commits have 32 KB, or 8 read units.
 */
const tailCommits = 27
/** Bytes of events after which a snapshot is due, because a page of a query ends at 1 MB. */
const maxTailBytes = 500 * 1024

export interface EventStoreOptions {
  /** Minimum number of commits that a load reads back. */
  readonly tail?: number
  /**
   * The number of commits after which the next one includes a snapshot. It is at most `tail`, so that the tail always
   * contains a snapshot.
   */
  readonly snapshotEvery?: number
}

/** The event store over a table of commits. Everything that adapters share is here. A table only puts and queries. */
export function createEventStore(
  table: CommitTable,
  clock: Clock,
  { tail = tailCommits, snapshotEvery = tail }: EventStoreOptions = {},
): EventStore {
  /** The heads that this store has returned, with the size of the commits since the last usable snapshot. */
  const heads = new WeakMap<Head, Tail>()

  const headAt = (stream: StreamName, version: number, sinceSnapshot: Tail): Head => {
    // The only place that makes a head: after a load to the end, and after a commit was put at a head.
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
      checkName(stream)
      const before = since === undefined ? nothing : heads.get(since)
      if (before === undefined || (since !== undefined && since.stream !== stream))
        throw new TypeError('load needs a head of the same stream, returned by this store')
      const wanted = { stream, after: since?.version ?? 0, deadline }
      const found =
        fold === undefined
          ? await loadAll(table, wanted)
          : await loadTail(table, wanted, { fold, reach, tail })
      const { commits, snapshot, receipts, cost } = found
      const sinceSnapshot =
        snapshot === undefined ? addTail(before, found.sinceSnapshot) : found.sinceSnapshot
      const last = commits.at(-1)
      const version = last === undefined ? wanted.after : lastVersion(last)
      return { commits, snapshot, receipts, head: headAt(stream, version, sinceSnapshot), cost }
    },

    async append(head, newCommit, deadline, { reservations = noReservations, snapshot } = {}) {
      const before = heads.get(head)
      if (before === undefined) throw new TypeError('append needs a head that this store returned')
      if (newCommit.events.length === 0) throw new TypeError('a commit needs at least one event')
      const commit: Commit = { ...newCommit, stream: head.stream, version: head.version + 1 }
      const item = toItem(commit, snapshot)
      checkReservations(reservations)
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
      checkName(stream)
      return readPage(table, stream, from, { deadline, limit })
    },
  }
}

/** Throws `invalid-input` for a name that no stream can have. */
function checkName(stream: StreamName): void {
  if (fitsKeys({ partition: stream })) return
  throw new Problem('invalid-input', `The name of a stream has at most ${maxPartitionKeyBytes} bytes.`)
}

/** Throws `too-large` for reservations that do not fit into a transaction with a commit. */
function checkReservations({ take, release }: Reservations): void {
  const all = [...take, ...release]
  const max = maxTransactionItems - 1
  if (all.length > max)
    throw new Problem(
      'too-large',
      `A command can take and release at most ${max} keys together, and this one would change ${all.length}.`,
    )
  const wrong = all.find(({ set, key }) => !fitsKeys({ partition: set, sort: key }))
  if (wrong === undefined) return
  const bytes = Buffer.byteLength(wrong.key)
  throw new Problem(
    'too-large',
    `A key in ${wrong.set} must have 1 to ${maxSortKeyBytes} bytes. This one has ${bytes}.`,
  )
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
