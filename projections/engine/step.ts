import type { Commit, Event } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { counterItem, negative, sumUp } from './counters.ts'
import {
  type Counter,
  feedItem,
  type Generation,
  generationId,
  nameOf,
  type RowItem,
  rowItem,
} from './projection.ts'
import { type Move, maxChangesPerMove } from './row-store.ts'

/** A point in the fold of a stream: the state after the event of that version, and how much of the next one is written. */
export interface FoldPoint<State> {
  readonly version: number
  readonly state: State
  readonly written: number
}

/** A move of a generation from one point to another: the changes of one write, and the rows to put before it. */
export interface Step<State> extends Pick<Move, 'put' | 'remove' | 'counters'> {
  readonly to: FoldPoint<State>
  readonly feed: readonly RowItem[]
  /** Why it goes no further for the moment. */
  readonly failure?: unknown
}

const nothing = { put: [], remove: [], counters: [], feed: [] }

/** Maximum rows of a feed to put before one write, so that a long history is caught up with in steps. */
const maxFeedRows = 100

/** A step that goes nowhere. */
export function stay<State>(point: FoldPoint<State>, failure: unknown): Step<State> {
  return { ...nothing, to: point, failure }
}

/**
 * Folds as many of the commits' events as can be shown and as one write holds. An event that alone changes more
 * than that is written in steps: the guard counts how many of its changes are written, always in the same order,
 * and its counters move with the last of them.
 */
export function step<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  from: FoldPoint<State>,
  commits: readonly Commit[],
): Step<State> {
  for (let most = from.written > 0 ? 1 : Number.POSITIVE_INFINITY; ; ) {
    const folded = fold(generation, stream, from, commits, most)
    const events = folded.version - from.version
    if (events === 0) return stay(from, folded.failure)
    try {
      const change = changeOf(generation, stream, from.state, folded)
      const changes = change.put.length + change.remove.length + change.counters.length
      if (changes <= maxChangesPerMove && change.feed.length <= maxFeedRows)
        return whole(folded, change, from)
      if (events === 1) return part(folded, change, from)
    } catch (failure) {
      if (events === 1) return stay(from, failure)
    }
    most = Math.floor(events / 2)
  }
}

type Change = Omit<Step<unknown>, 'to' | 'failure'>

interface Folded<State> {
  readonly version: number
  readonly state: State
  readonly feed: readonly RowItem[]
  /** The amounts that the events count for by themselves. */
  readonly counters: readonly Counter[]
  readonly failure?: unknown
}

/** Folds as far as possible, `most` events at most. The version moves for every event, also where the state does not change. */
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

function differenceOf(before: readonly RowItem[], after: readonly RowItem[]): Pick<Move, 'put' | 'remove'> {
  const stood = new Map(before.map((row) => [nameOf(row), row]))
  const stands = new Map(after.map((row) => [nameOf(row), row]))
  return {
    put: [...stands].filter(([key, row]) => stood.get(key)?.data !== row.data).map(([, row]) => row),
    remove: [...stood].filter(([key]) => !stands.has(key)).map(([, row]) => row),
  }
}

function whole<State>(folded: Folded<State>, change: Change, from: FoldPoint<State>): Step<State> {
  const { version, state, failure } = folded
  return { ...left(change, from.written), to: { version, state, written: 0 }, failure }
}

/** The next changes of an event that one write does not hold; the last of them come with its counters. */
function part<State>(folded: Folded<State>, change: Change, from: FoldPoint<State>): Step<State> {
  if (change.counters.length > maxChangesPerMove) {
    throw new RangeError(
      `An event counts in ${change.counters.length} places; a write holds ${maxChangesPerMove}.`,
    )
  }
  const rest = left(change, from.written)
  if (rest.put.length + rest.remove.length + rest.counters.length <= maxChangesPerMove) {
    return whole(folded, change, from)
  }
  const put = rest.put.slice(0, maxChangesPerMove)
  const remove = rest.remove.slice(0, maxChangesPerMove - put.length)
  const written = from.written + put.length + remove.length
  return { ...nothing, put, remove, to: { ...from, written } }
}

/** Without the changes that are written. */
function left({ put, remove, ...change }: Change, written: number): Change {
  return { ...change, put: put.slice(written), remove: remove.slice(Math.max(0, written - put.length)) }
}
