import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import { addCost, type Cost, type EventStore, type Head, noCost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { noReservations, type Reservations } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type CommitItem, checkContiguous, fromItem, toItem } from './commit-item.ts'
import type { CommitTable, PutAnswer } from './commit-table.ts'

/** The event store over a table of commits. What every adapter shares is here; a table only puts and queries. */
export function createEventStore(table: CommitTable, clock: Clock): EventStore {
  const heads = new WeakSet<Head>()

  const headAt = (stream: StreamName, version: number): Head => {
    // The one place where a head is made: after a load to the end, and after a commit that was put at one.
    const head = { stream, version } as Head
    heads.add(head)
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
    async load(stream, deadline, since) {
      if (since !== undefined && (!heads.has(since) || since.stream !== stream))
        throw new TypeError('load takes only a head of the same stream that this store handed out')
      const commits: Commit[] = []
      let cost = noCost
      let from = (since?.version ?? 0) + 1
      for (let more = true; more; ) {
        const page = await table.query(stream, { from, order: 'forward' }, deadline.left())
        cost = addCost(cost, page.cost)
        const found = page.items.map(fromItem)
        checkContiguous(found, from)
        commits.push(...found)
        from = next(found, from)
        more = page.more
      }
      return { commits, head: headAt(stream, from - 1), cost }
    },

    async append(head, newCommit, deadline, reservations = noReservations) {
      if (!heads.has(head)) throw new TypeError('append takes only a head that this store handed out')
      if (newCommit.events.length === 0) throw new TypeError('a commit holds at least one event')
      const commit: Commit = { ...newCommit, stream: head.stream, version: head.version + 1 }
      const { answer, cost } = await put(toItem(commit), reservations, deadline.left)
      if (answer.outcome === 'taken') return { ...answer, cost }
      if (answer.outcome !== 'occupied') {
        return { outcome: 'appended', commit, head: headAt(head.stream, lastVersion(commit)), cost }
      }
      if (answer.item.commandId === commit.commandId)
        return { outcome: 'repeated', commit: fromItem(answer.item), cost }
      return { outcome: 'conflict', cost }
    },

    async read(stream, from, deadline) {
      const page = await table.query(stream, { from, order: 'forward' }, deadline.left())
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

function next(commits: readonly Commit[], otherwise: number): number {
  const last = commits.at(-1)
  return last === undefined ? otherwise : lastVersion(last) + 1
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
