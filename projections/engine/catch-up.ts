import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, type Event, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type Generation, generationId, guardKey, type Projection, type RowKey } from './projection.ts'
import type { Guard, Parked, RowStore } from './row-store.ts'
import { type FoldPoint, type Step, stay, step } from './step.ts'

export interface CatchUpOptions {
  readonly store: EventStore
  readonly rows: RowStore
  readonly clock: Clock
  readonly deadline: Deadline
  /** Commits of the stream that are at hand, in any order: they save a read where they follow the guard. */
  readonly hint?: readonly Commit[]
  /** Set where there is most likely no guard yet, which saves the read of it; where there is one, no harm is done. */
  readonly fresh?: boolean
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
 * read their own writes. Commits that were folded are skipped, a gap is filled from the store, and guard, rows
 * and counters move in one write, so duplicates, any order and rivals do no harm. At an event that it cannot fold it
 * parks the stream, in one write with what came before; whoever calls next tries again from there. Throws
 * `unavailable` past the deadline.
 */
export async function catchUp<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  { store, rows, clock, deadline, hint = [], fresh = false, until = target(hint) }: CatchUpOptions,
): Promise<CaughtUp<State>> {
  const { projection } = generation
  const key = guardKey(generationId(generation), stream)
  let cost = noCost

  for (let attempt = 0; ; attempt++) {
    // The write that follows is refused where that is wrong, and then it is read.
    const read = fresh && attempt === 0 ? { guard: undefined, cost: noCost } : await rows.readGuard(key)
    cost = addCost(cost, read.cost)
    let point = pointOf(projection, read.guard)

    for (let moved = true; moved; ) {
      const { version, state } = point
      if (version >= until) return { version, state, cost }
      if (deadline.left() <= 0) throw busy()
      const at = await commitsAt(store, stream, version + 1, hint, deadline)
      cost = addCost(cost, at.cost)
      if (at.failure === undefined && at.commits.length === 0) return { version, state, cost }

      const next =
        at.failure === undefined ? step(generation, stream, point, at.commits) : stay(point, at.failure)
      const parked = next.failure === undefined ? undefined : markOf(next.failure, clock)
      const known = next.to.version === read.guard?.version && parked?.error === read.guard.parked?.error
      if (advances(next, point) || (parked !== undefined && !known)) {
        const written = await write(rows, key, point, next, parked)
        cost = addCost(cost, written.cost)
        moved = written.moved
      }
      if (moved) {
        point = next.to
        if (parked !== undefined) return { version: point.version, state: point.state, parked, cost }
      }
    }

    const pause = backoff(attempt, clock.random)
    if (deadline.left() <= pause) throw busy()
    await clock.sleep(pause)
  }
}

function busy(): Problem {
  return new Problem('unavailable', 'The read model is busy at the moment. Try again.', {
    retryAfterSeconds: 1,
  })
}

function pointOf<State, E extends Event>(
  projection: Projection<State, E>,
  guard: Guard | undefined,
): FoldPoint<State> {
  if (guard === undefined) return { version: 0, state: projection.initial, written: 0 }
  return { version: guard.version, state: parseState(projection, guard.state), written: guard.written ?? 0 }
}

function advances<State>({ to }: Step<State>, from: FoldPoint<State>): boolean {
  return to.version > from.version || to.written !== from.written
}

/** Writes a step: the rows of a feed first, which are the same whoever writes them, then the rest with the guard. */
async function write<State>(
  rows: RowStore,
  key: RowKey,
  from: FoldPoint<State>,
  { to, put, remove, counters, feed }: Step<State>,
  parked: Parked | undefined,
): Promise<{ moved: boolean; cost: Cost }> {
  const fed = feed.length === 0 ? { outcome: 'put', cost: noCost } : await rows.put(feed)
  if (fed.outcome === 'again') return { moved: false, cost: fed.cost }
  const { outcome, cost } = await rows.move({
    key,
    from: guardAt(from),
    to: { ...guardAt(to), state: JSON.stringify(to.state), ...(parked && { parked }) },
    put,
    remove,
    counters: counters,
  })
  return { moved: outcome === 'moved', cost: addCost(fed.cost, cost) }
}

function guardAt({ version, written }: FoldPoint<unknown>): Pick<Guard, 'version' | 'written'> {
  return { version, ...(written > 0 && { written }) }
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
