import { createHash } from 'node:crypto'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { type Amounts, added, counterPartition } from './counters.ts'
import {
  type Counter,
  feedItem,
  type Generation,
  generationId,
  nameOf,
  type RowItem,
  type RowKey,
  rowItem,
} from './projection.ts'

/** The amounts of one counter, all of its shards together. */
export interface Counted {
  /** The partition of its items. */
  readonly partition: string
  readonly sort: string
  readonly amounts: Amounts
  /**
   * A checksum of everything that was counted here. It includes the positions of events that count permanently, and the
   * folded versions of streams that count by their state. Two sums with the same checksum describe the same moment, as
   * far as this counter is concerned.
   */
  readonly of: number
}

/**
 * The rows and counters that a stream should have in a generation. They are folded from its first event, without
 * reading the stored ones.
 */
export interface Refold {
  /** Version of the last event that was folded. */
  version(): number
  /**
   * Folds the events of the next commit, up to a version. Returns the feed rows of these events. Throws the errors of
   * the projection; `version` is then the last version that succeeded.
   */
  take(commit: Commit, until: number): readonly RowItem[]
  /** The state as JSON. */
  state(): string
  rows(): readonly RowItem[]
  /** Rows of earlier states that should not exist now. */
  formerRows(): readonly RowKey[]
  counted(): readonly Counted[]
}

/**
 * Starts to fold a stream from its first event, for a verification. It also renders the rows of each state on the way.
 */
export function refold<State, E extends Event>(
  { projection, generation }: Generation<State, E>,
  stream: StreamName,
): Refold {
  const { id } = parseStreamName(stream)
  const name = generationId({ projection, generation })
  const rendered = new Map<string, RowKey>()
  const byEvents = new Map<string, Counted>()
  let state = projection.initial
  let version = 0

  const rowsNow = () => projection.render(state, id).map((row) => rowItem(name, stream, row))
  const counts = (counter: Counter, by: string): Counted => {
    const { sort, amounts } = counter
    return { partition: counterPartition(name, counter.partition), sort, amounts, of: checksum(by) }
  }

  /**
   * Remembers the rows and counters of this state, to look for leftovers later. The engine may never have written this
   * state.
   */
  const remember = () => {
    try {
      for (const { PK, SK } of rowsNow()) rendered.set(nameOf({ PK, SK }), { PK, SK })
      for (const counter of projection.count?.(state, id) ?? [])
        addCounted(byEvents, { ...counts(counter, ''), amounts: {}, of: 0 })
    } catch {
      // A state that cannot be rendered has no rows.
    }
  }

  return {
    version: () => version,
    take(commit, until) {
      const feed = new Map<string, RowItem>()
      if (version >= until) return []
      for (const event of projection.events.decodeCommit(commit, version + 1)) {
        const next = projection.evolve(state, event)
        const entry = projection.record?.(event, next, id)
        for (const row of entry?.rows ?? []) {
          const item = feedItem(name, stream, event.version, row)
          feed.set(nameOf(item), item)
        }
        for (const counter of entry?.counters ?? [])
          addCounted(byEvents, counts(counter, `${stream}/${event.version}`))
        const changed = next !== state
        state = next
        version = event.version
        if (changed) remember()
        if (version >= until) break
      }
      return [...feed.values()]
    },
    state: () => JSON.stringify(state),
    rows: rowsNow,
    formerRows() {
      const wanted = new Set(rowsNow().map(nameOf))
      return [...rendered].filter(([key]) => !wanted.has(key)).map(([, key]) => key)
    },
    counted() {
      const all = new Map(byEvents)
      for (const counter of projection.count?.(state, id) ?? [])
        addCounted(all, counts(counter, `${stream}@${version}`))
      return [...all.values()]
    },
  }
}

/** Adds amounts to the sums so far. */
export function addCounted(sums: Map<string, Counted>, counted: Counted): void {
  const key = JSON.stringify([counted.partition, counted.sort])
  const sum = sums.get(key)
  if (sum === undefined) sums.set(key, counted)
  else {
    const amounts = added(sum.amounts, counted.amounts)
    sums.set(key, { ...sum, amounts, of: (sum.of + counted.of) % 2 ** 48 })
  }
}

/** A checksum of 48 bits, which a number represents exactly. The sum of checksums does not depend on the order. */
function checksum(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}
