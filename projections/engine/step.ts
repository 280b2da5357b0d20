import { maxItemBytes, maxTransactionBytes } from '../../commands/aws/dynamo-limits.ts'
import type { Commit, Event } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { counterItem, negative, sumUp } from './counters.ts'
import {
  type Counter,
  feedItem,
  type Generation,
  generationId,
  guardKey,
  nameOf,
  type RowItem,
  type RowKey,
  rowItem,
} from './projection.ts'
import { type Move, maxChangesPerMove } from './row-store.ts'
import { canBeStored, checkSize, counterBytes, guardBytes, rowBytes } from './sizes.ts'

/**
 * A point in the fold of a stream: the state after the event of that version. `written` is the number of changed rows
 * of the next event that are already written. It is 0 unless that event is written in parts.
 */
export interface FoldPoint<State> {
  readonly version: number
  readonly state: State
  readonly written: number
}

/** A move of a generation from one point to another: the changes of one write, and the feed rows to put before it. */
export interface Step<State> extends Pick<Move, 'put' | 'remove' | 'counters'> {
  readonly to: FoldPoint<State>
  readonly feed: readonly RowItem[]
  /** Why the step stops there. */
  readonly failure?: unknown
}

const nothing = { put: [], remove: [], counters: [], feed: [] }

/** Maximum number of feed rows to put before one write. A long history is therefore caught up in steps. */
const maxFeedRows = 100

/** Makes a step that moves nothing. */
export function stay<State>(point: FoldPoint<State>, failure: unknown): Step<State> {
  return { ...nothing, to: point, failure }
}

/**
 * Folds as many events as fit into one write, with at most 100 feed rows, and at most `atMost` events. It stops before
 * an event that cannot be read or folded. If a single event does not fit, its changes are written in parts. The guard
 * counts the written rows, always in the same order. The feed rows and the counters are written with the last part.
 */
export function step<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  from: FoldPoint<State>,
  commits: readonly Commit[],
  atMost = Number.POSITIVE_INFINITY,
): Step<State> {
  const key = guardKey(generationId(generation), stream)
  for (let most = from.written > 0 ? 1 : atMost; ; ) {
    const folded = fold(generation, stream, from, commits, most)
    const events = folded.version - from.version
    if (events === 0) return stay(from, folded.failure)
    try {
      const change = changeOf(generation, stream, from.state, folded)
      if (change.feed.length <= maxFeedRows && fits(change, key, folded)) return whole(folded, change, from)
      if (events === 1) return part(folded, change, from, key)
    } catch (failure) {
      if (events === 1) return stay(from, failure)
    }
    most = Math.floor(events / 2)
  }
}

interface Change extends Omit<Step<unknown>, 'to' | 'failure' | 'remove'> {
  /** The removed rows with their data, which counts towards the size of the write. */
  readonly remove: readonly RowItem[]
}

interface Folded<State> {
  readonly version: number
  readonly state: State
  readonly feed: readonly RowItem[]
  /** The permanent amounts of the events. */
  readonly counters: readonly Counter[]
  readonly failure?: unknown
}

/**
 * Folds as far as possible, at most `most` events. Every event moves the version, even if the state does not change.
 */
function fold<State, E extends Event>(
  { projection, generation }: Generation<State, E>,
  stream: StreamName,
  from: FoldPoint<State>,
  commits: readonly Commit[],
  most: number,
): Folded<State> {
  const { id } = parseStreamName(stream)
  const name = generationId({ projection, generation })
  let { version, state } = from
  const feed: RowItem[] = []
  const counters: Counter[] = []
  try {
    for (const commit of commits) {
      for (const event of projection.events.decodeCommit(commit, version + 1)) {
        const next = projection.evolve(state, event)
        const entry = projection.record?.(event, next, id)
        feed.push(...(entry?.rows ?? []).map((row) => feedItem(name, stream, event.version, row)))
        counters.push(...(entry?.counters ?? []))
        state = next
        version = event.version
        if (version - from.version === most) return { version, state, feed, counters }
      }
    }
    return { version, state, feed, counters }
  } catch (failure) {
    return { version, state, feed, counters, failure }
  }
}

function changeOf<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  before: State,
  { state: after, feed, counters }: Folded<State>,
): Change {
  const { projection } = generation
  const { id } = parseStreamName(stream)
  const name = generationId(generation)
  const rowsOf = (state: State) => projection.render(state, id).map((row) => rowItem(name, stream, row))
  const counted = (some: readonly Counter[] = []) => some.map((counter) => counterItem(name, stream, counter))
  const takenBack = counted(projection.count?.(before, id)).map(negative)
  return {
    ...differenceOf(rowsOf(before), rowsOf(after)),
    counters: sumUp([...takenBack, ...counted(projection.count?.(after, id)), ...counted(counters)]),
    feed: [...new Map(feed.map((row) => [nameOf(row), row])).values()],
  }
}

function differenceOf(before: readonly RowItem[], after: readonly RowItem[]): Pick<Change, 'put' | 'remove'> {
  const stood = new Map(before.map((row) => [nameOf(row), row]))
  const stands = new Map(after.map((row) => [nameOf(row), row]))
  return {
    put: [...stands].filter(([key, row]) => stood.get(key)?.data !== row.data).map(([, row]) => row),
    remove: [...stood].filter(([key]) => !stands.has(key)).map(([, row]) => row),
  }
}

/**
 * Maximum size of one write in bytes. The rest of a transaction's limit is reserved for sizes that the engine cannot
 * know.
 */
const maxMoveBytes = maxTransactionBytes - 512 * 1024

/** Whether one write can hold these changes and the guard after them. */
function fits(change: Change, key: RowKey, { version, state }: Omit<FoldPoint<unknown>, 'written'>): boolean {
  const { put, remove, counters, feed } = change
  if (put.length + remove.length + counters.length > maxChangesPerMove) return false
  const guard = guardBytes(key, { version, state: JSON.stringify(state) })
  const bytes = [...put, ...remove].reduce((sum, row) => sum + rowBytes(row), guard)
  if (counters.reduce((sum, item) => sum + counterBytes(item), bytes) > maxMoveBytes) return false
  return (
    guard <= maxItemBytes &&
    [...put, ...feed].every((row) => rowBytes(row) <= maxItemBytes) &&
    [...put, ...counters, ...feed].every(canBeStored)
  )
}

function whole<State>(folded: Folded<State>, change: Change, from: FoldPoint<State>): Step<State> {
  const { version, state, failure } = folded
  return { ...left(change, from.written), to: { version, state, written: 0 }, failure }
}

/**
 * Returns the next changes of an event that does not fit into one write. The last part contains the event's counters
 * and feed rows. Throws if parts cannot hold them either, in most cases `too-large`. The stream is then parked.
 */
function part<State>(
  folded: Folded<State>,
  change: Change,
  from: FoldPoint<State>,
  key: RowKey,
): Step<State> {
  if (change.counters.length > maxChangesPerMove) {
    throw new RangeError(
      `An event adds to ${change.counters.length} counters. A write can have at most ${maxChangesPerMove} changes.`,
    )
  }
  checkSize(key, guardBytes(key, { version: folded.version, state: JSON.stringify(folded.state) }))
  for (const row of [...change.put, ...change.feed]) checkSize(row, rowBytes(row))
  for (const item of change.counters) checkSize(item, 0)
  const rest = left(change, from.written)
  if (fits({ ...rest, feed: [] }, key, folded)) return whole(folded, change, from)
  if (!fits({ ...rest, put: [], remove: [], feed: [] }, key, folded))
    throw new Problem(
      'too-large',
      `The counters of an event have more bytes than a write can have (${maxMoveBytes}).`,
    )
  const count = countWithin([...rest.put, ...rest.remove], key, from)
  const put = rest.put.slice(0, count)
  const remove = rest.remove.slice(0, count - put.length)
  const written = from.written + put.length + remove.length
  return { ...nothing, put, remove, to: { ...from, written } }
}

/** The number of these rows that fit into one write with a guard that stays at its version. */
function countWithin(rows: readonly RowItem[], key: RowKey, { version, state }: FoldPoint<unknown>): number {
  let bytes = guardBytes(key, { version, state: JSON.stringify(state) })
  const tooMany = rows.slice(0, maxChangesPerMove).findIndex((row) => {
    bytes += rowBytes(row)
    return bytes > maxMoveBytes
  })
  return tooMany === -1 ? Math.min(rows.length, maxChangesPerMove) : tooMany
}

/** Returns the changes that are not yet written. */
function left({ put, remove, ...change }: Change, written: number): Change {
  return { ...change, put: put.slice(written), remove: remove.slice(Math.max(0, written - put.length)) }
}
