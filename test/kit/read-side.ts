import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import type { Deadline } from '../../domain/kernel/event-store.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { catchUp } from '../../projections/engine/catch-up.ts'
import { createMemoryRowStore } from '../../projections/engine/memory-row-store.ts'
import {
  type Generation,
  generationId,
  guardKey,
  type RowItem,
  rowItem,
} from '../../projections/engine/projection.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import { sampleOf } from './aggregates.ts'
import { newCommit } from './commits.ts'
import { manualClock } from './manual-clock.ts'

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
    if (appended.outcome !== 'appended') throw new Error('the test appends alone')
    return appended.commit
  }

  const options = { store, rows: rows as RowStore, clock, deadline: ample }
  return { table, clock, store, rows, append, options }
}

/** What the rows of a stream have to be, folded from scratch without the engine. */
export function foldOf<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  commits: readonly Commit[],
): { version: number; state: State; rows: RowItem[] } {
  const { projection } = generation
  let state = projection.initial
  let version = 0
  for (const commit of commits) {
    for (const event of projection.events.decodeCommit(commit)) {
      state = projection.evolve(state, event)
      version = event.version
    }
  }
  const rows = projection
    .render(state, parseStreamName(stream).id)
    .map((row) => rowItem(generationId(generation), stream, row))
  return { version, state, rows }
}

export { catchUp, generationId, guardKey }
