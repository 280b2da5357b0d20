import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import type { Commit, Event } from '../../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import { catchUp } from '../../../projections/engine/catch-up.ts'
import { type CounterItem, counterItem } from '../../../projections/engine/counters.ts'
import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import {
  type Counter,
  feedItem,
  type Generation,
  generationId,
  guardKey,
  type RowItem,
  rowItem,
} from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { sampleOf } from '../aggregates.ts'
import { manualClock } from '../clocks/manual-clock.ts'
import { newCommit } from '../stores/commits.ts'

export const ample: Deadline = { left: () => 60_000 }

/** An event store and a read model in memory, with streams of every aggregate to fill and project. */
export function readSide() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const rows = createMemoryRowStore()

  /** Appends a commit and returns it as the stream would deliver it. */
  const append = async (stream: StreamName, ...events: Event[]): Promise<Commit> => {
    const { head } = await store.load(stream, ample)
    const { aggregate } = sampleOf(parseStreamName(stream).aggregate)
    const at = new Date(clock.now() + head.version * 1000).toISOString()
    const commit = newCommit({ at, events: events.map(aggregate.events.encode) })
    const appended = await store.append(head, commit, ample)
    if (appended.outcome !== 'appended') throw new Error('no other process appends here')
    return appended.commit
  }

  const options = { store, rows: rows as RowStore, clock, deadline: ample }
  return { table, clock, store, rows, append, options }
}

/** The items that a stream must have in the read model, folded from scratch without the engine. */
export function foldOf<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  commits: readonly Commit[],
): { version: number; state: State; rows: RowItem[]; feed: RowItem[]; counters: CounterItem[] } {
  const { projection } = generation
  const { id } = parseStreamName(stream)
  const name = generationId(generation)
  let state = projection.initial
  let version = 0
  const feed: RowItem[] = []
  const counters: Counter[] = []
  for (const commit of commits) {
    for (const event of projection.events.decodeCommit(commit)) {
      state = projection.evolve(state, event)
      version = event.version
      const entry = projection.record?.(event, state, id)
      feed.push(...(entry?.rows ?? []).map((row) => feedItem(name, stream, version, row)))
      counters.push(...(entry?.counters ?? []))
    }
  }
  counters.push(...(projection.count?.(state, id) ?? []))
  const rows = projection.render(state, id).map((row) => rowItem(name, stream, row))
  return {
    version,
    state,
    rows,
    feed,
    counters: totals(counters.map((counter) => counterItem(name, stream, counter))),
  }
}

/**
 * The sum of each counter, in order. A counter whose sum is zero is left out, because it need not be stored.
 */
export function totals(items: readonly CounterItem[]): CounterItem[] {
  const sums = new Map<string, CounterItem>()
  for (const { PK, SK, amounts } of items) {
    const sum = { ...sums.get(PK + SK)?.amounts }
    for (const [counter, amount] of Object.entries(amounts)) sum[counter] = (sum[counter] ?? 0) + amount
    sums.set(PK + SK, { PK, SK, amounts: sum })
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { PK, SK, amounts }]) => ({ PK, SK, amounts: nonZero(amounts) }))
    .filter(({ amounts }) => Object.keys(amounts).length > 0)
}

function nonZero(amounts: CounterItem['amounts']): CounterItem['amounts'] {
  const counted = Object.entries(amounts).filter(([, amount]) => amount !== 0)
  return Object.fromEntries(counted.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export { catchUp, generationId, guardKey }
