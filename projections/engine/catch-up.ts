import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { type Commit, type Event, lastVersion } from '../../domain/kernel/event.ts'
import {
  addCost,
  type Cost,
  type Deadline,
  type EventStore,
  noCost,
} from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import {
  type Generation,
  generationId,
  guardKey,
  type Projection,
  type RowItem,
  rowItem,
} from './projection.ts'
import { maxRowsPerMove, type Parked, type RowStore } from './row-store.ts'

export interface CatchUpOptions {
  readonly store: EventStore
  readonly rows: RowStore
  readonly clock: Clock
  readonly deadline: Deadline
  /** Commits of the stream that are at hand, in any order: they save a read where they follow the guard. */
  readonly hint?: readonly Commit[]
  /** How far to come; without it, and without a hint, to the end of the stream. */
  readonly until?: number
}

export interface CaughtUp<State> {
  /** Version of the guard: that of the last event folded, 0 for none. */
  readonly version: number
  readonly state: State
  /** Set where it stopped at an event that it cannot fold. */
  readonly parked?: Parked
  readonly cost: Cost
}

/**
 * Brings a generation up to date with one stream: the one function behind live delivery and queries that
 * read their own writes. Commits that were folded are skipped, a gap is filled from the store, and guard and
 * rows move in one write, so duplicates, any order and rivals do no harm. At an event that it cannot fold it
 * parks the stream, in one write with what came before; whoever calls next tries again from there. Throws
 * `unavailable` past the deadline.
 */
export async function catchUp<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  { store, rows, clock, deadline, hint = [], until = target(hint) }: CatchUpOptions,
): Promise<CaughtUp<State>> {
  const { projection } = generation
  const key = guardKey(generationId(generation), stream)
  let cost = noCost

  for (let attempt = 0; ; attempt++) {
    const read = await rows.readGuard(key)
    cost = addCost(cost, read.cost)
    let version = read.guard?.version ?? 0
    let state = read.guard === undefined ? projection.initial : parseState(projection, read.guard.state)

    for (let moved = true; moved; ) {
      if (version >= until) return { version, state, cost }
      const from = { version, state }
      const at = await commitsAt(store, stream, version + 1, hint, deadline)
      cost = addCost(cost, at.cost)
      if (at.failure === undefined && at.commits.length === 0) return { version, state, cost }

      const { folded, ...difference } =
        at.failure === undefined
          ? step(generation, stream, from, at.commits)
          : { ...nothing, folded: { ...from, failure: at.failure } }
      const parked = folded.failure === undefined ? undefined : markOf(folded.failure, clock)
      const known = folded.version === read.guard?.version && parked?.error === read.guard.parked?.error
      if (folded.version > version || (parked !== undefined && !known)) {
        const to = { version: folded.version, state: JSON.stringify(folded.state), ...(parked && { parked }) }
        const written = await rows.move({ key, from: version, to, ...difference })
        cost = addCost(cost, written.cost)
        moved = written.outcome === 'moved'
      }
      if (moved) {
        ;({ version, state } = folded)
        if (parked !== undefined) return { version, state, parked, cost }
      }
    }

    const pause = backoff(attempt, clock.random)
    if (deadline.left() <= pause) {
      throw new Problem('unavailable', 'The read model is busy at the moment. Try again.', {
        retryAfterSeconds: 1,
      })
    }
    await clock.sleep(pause)
  }
}

/** The commits from a version on: those at hand, or else a page of the store; `failure` where that cannot be read. */
async function commitsAt(
  store: EventStore,
  stream: StreamName,
  version: number,
  hint: readonly Commit[],
  deadline: Deadline,
): Promise<{ commits: readonly Commit[]; cost: Cost; failure?: unknown }> {
  const commits = runFrom(hint, version)
  if (commits.length > 0) return { commits, cost: noCost }
  try {
    return await store.read(stream, version, deadline)
  } catch (failure) {
    if (failure instanceof Problem && failure.code === 'unreadable') return { commits, cost: noCost, failure }
    throw failure
  }
}

function markOf(failure: unknown, clock: Clock): Parked {
  const error = failure instanceof Problem ? `${failure.code}: ${failure.message}` : String(failure)
  return { error: error.slice(0, 500), at: new Date(clock.now()).toISOString() }
}

function target(hint: readonly Commit[]): number {
  return hint.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...hint.map(lastVersion))
}

/** The commits that hold version `from` and follow each other from there, as far as they are at hand. */
function runFrom(hint: readonly Commit[], from: number): readonly Commit[] {
  const run: Commit[] = []
  let next = from
  for (const commit of [...hint].sort((a, b) => a.version - b.version)) {
    if (commit.version > next) break
    // A commit is skipped only if its last event was folded; otherwise its rest is still to come.
    if (lastVersion(commit) < next) continue
    run.push(commit)
    next = lastVersion(commit) + 1
  }
  return run
}

interface Difference {
  readonly put: readonly RowItem[]
  readonly remove: readonly RowItem[]
}

const nothing: Difference = { put: [], remove: [] }

/**
 * Folds as many of the commits' events as can be rendered and as one write holds, with the difference that they
 * make in the rows. An event is never divided: one that alone changes too many rows is a failure.
 */
function step<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  from: Folded<State>,
  commits: readonly Commit[],
): Difference & { readonly folded: Folded<State> } {
  const { projection } = generation
  const rowsOf = (state: State) =>
    projection
      .render(state, parseStreamName(stream).id)
      .map((row) => rowItem(generationId(generation), stream, row))
  for (let most = Number.POSITIVE_INFINITY; ; ) {
    const folded = fold(projection, from, commits, most)
    const events = folded.version - from.version
    try {
      const difference = events === 0 ? nothing : differenceOf(rowsOf(from.state), rowsOf(folded.state))
      const changes = difference.put.length + difference.remove.length
      if (changes <= maxRowsPerMove) return { folded, ...difference }
      throw new Problem('too-large', `An event changes ${changes} rows; a write holds ${maxRowsPerMove}.`)
    } catch (failure) {
      if (events <= 1) return { ...nothing, folded: { ...from, failure } }
    }
    most = Math.floor(events / 2)
  }
}

interface Folded<State> {
  readonly version: number
  readonly state: State
  /** Why it stopped before the end of the commits. */
  readonly failure?: unknown
}

/** Folds as far as possible, `most` events at most. The version moves for every event, also where the state does not change. */
function fold<State, E extends Event>(
  projection: Projection<State, E>,
  from: Folded<State>,
  commits: readonly Commit[],
  most: number,
): Folded<State> {
  let { version, state } = from
  try {
    for (const commit of commits) {
      for (const event of projection.events.decodeCommit(commit, version + 1)) {
        state = projection.evolve(state, event)
        version = event.version
        if (version - from.version === most) return { version, state }
      }
    }
    return { version, state }
  } catch (failure) {
    return { version, state, failure }
  }
}

function differenceOf(before: readonly RowItem[], after: readonly RowItem[]): Difference {
  const name = ({ PK, SK }: RowItem) => JSON.stringify([PK, SK])
  const stood = new Map(before.map((row) => [name(row), row]))
  const stands = new Map(after.map((row) => [name(row), row]))
  return {
    put: [...stands].filter(([key, row]) => stood.get(key)?.data !== row.data).map(([, row]) => row),
    remove: [...stood].filter(([key]) => !stands.has(key)).map(([, row]) => row),
  }
}

/** Reads a state back. Throws `unreadable` where it is not of this projection's shape. */
export function parseState<State, E extends Event>(projection: Projection<State, E>, json: string): State {
  const parsed = projection.state.safeParse(JSON.parse(json))
  if (parsed.success) return parsed.data
  throw new Problem(
    'unreadable',
    `A state of ${projection.name} version ${projection.version} cannot be read.`,
    {
      cause: parsed.error,
    },
  )
}
