import { isRefusal } from '../../commands/aws/sdk-call.ts'
import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, type Event, lastVersion } from '../../domain/kernel/event.ts'
import type { EventStore, Page } from '../../domain/kernel/event-store.ts'
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
  /** Commits of the stream that are already in memory, in any order. They save a read if they follow the guard. */
  readonly hint?: readonly Commit[]
  /** Set if there is probably no guard yet, which saves reading it. A guard that exists does no harm. */
  readonly fresh?: boolean
  /**
   * The version to reach. Without it, the target is the last version in the hint. Without a hint, it is the end of the
   * stream.
   */
  readonly until?: number
}

export interface CaughtUp<State> {
  /** Version of the guard: the version of the last folded event, or 0. */
  readonly version: number
  readonly state: State
  /** Set if it stopped at an event that it cannot fold or write. */
  readonly parked?: Parked
  readonly cost: Cost
}

/**
 * Brings a generation up to date with one stream. Live delivery, replays and queries that read their own writes all use
 * it. It skips commits that are already folded, and reads missing commits from the store. The rows of a feed are put
 * first; a repeat puts the same rows. The guard, the other rows and the counters are then written in one transaction,
 * or in parts if an event changes too much for one. Duplicates, any order of delivery and concurrent writers therefore
 * do no harm.
 *
 * If an event cannot be read or folded, or if the read model refuses its changes, the stream is parked. The write of
 * the preceding events also writes the mark, if there are any. Otherwise the mark has a write of its own. The next call
 * tries the same event again before it reads any later event. Throws `unavailable` past the deadline, and `unreadable`
 * if the state in the guard does not fit the projection.
 */
export async function catchUp<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  { store, rows, clock, deadline, hint = [], fresh = false, until = target(hint) }: CatchUpOptions,
): Promise<CaughtUp<State>> {
  const { projection } = generation
  const key = guardKey(generationId(generation), stream)
  const source: Source = { store, stream, hint, deadline, page: undefined }
  let cost = noCost

  for (let attempt = 0; ; attempt++) {
    // If a guard exists nevertheless, the next write is refused, and the guard is read.
    const read = fresh && attempt === 0 ? { guard: undefined, cost: noCost } : await readGuard(rows, key)
    cost = addCost(cost, read.cost)
    let point = pointOf(projection, read.guard)
    if ('refusal' in read) {
      const parked = markOf(read.refusal, {}, clock)
      return { version: point.version, state: point.state, parked, cost }
    }

    for (let moved = true; moved; ) {
      const { version, state } = point
      if (version >= until) return { version, state, cost }
      if (deadline.left() <= 0) throw busy()
      const isParked = read.guard?.parked !== undefined && version === read.guard.version
      const at = await commitsAt(source, version + 1, isParked ? 1 : undefined)
      cost = addCost(cost, at.cost)
      if (at.failure === undefined && at.commits.length === 0) return { version, state, cost }

      const advanced = await advance(generation, stream, point, at, { key, rows, clock, guard: read.guard })
      cost = addCost(cost, advanced.cost)
      moved = advanced.moved
      if (moved) {
        const { parked } = advanced
        point = advanced.point
        if (parked !== undefined) return { version: point.version, state: point.state, parked, cost }
      }
    }

    const pause = backoff(attempt, clock.random)
    if (deadline.left() <= pause) throw busy()
    await clock.sleep(pause)
  }
}

interface AdvanceOptions {
  readonly key: RowKey
  readonly rows: RowStore
  readonly clock: Clock
  /** The guard that was read. */
  readonly guard: Guard | undefined
}

/**
 * Folds and writes one step. If the read model refuses the step, a step of half as many events is tried. A single event
 * that is refused parks the stream. The mark is written unless the guard already has the same one. Even if the mark is
 * refused, the result states that the stream is parked.
 */
async function advance<State, E extends Event>(
  generation: Generation<State, E>,
  stream: StreamName,
  point: FoldPoint<State>,
  { commits, failure }: CommitsAt,
  { key, rows, clock, guard }: AdvanceOptions,
): Promise<{ moved: boolean; point: FoldPoint<State>; parked?: Parked | undefined; cost: Cost }> {
  let cost = noCost
  let next = failure === undefined ? step(generation, stream, point, commits) : stay(point, failure)
  for (;;) {
    const failing = next.to.version + 1
    const place = { version: failing, type: typeAt(commits, failing) }
    const parked = next.failure === undefined ? undefined : markOf(next.failure, place, clock)
    const known = next.to.version === guard?.version && parked?.error === guard.parked?.error
    if (advances(next, point) || (parked !== undefined && !known)) {
      const written = await write(rows, key, point, next, parked)
      cost = addCost(cost, written.cost)
      if (!('refusal' in written)) return { moved: written.moved, point: next.to, parked, cost }
      if (advances(next, point)) {
        const events = next.to.version - point.version
        next =
          events > 1
            ? step(generation, stream, point, commits, Math.floor(events / 2))
            : stay(point, written.refusal)
        continue
      }
    }
    return { moved: true, point: next.to, parked, cost }
  }
}

/** Reads the guard. `refusal` means that the read model cannot store a guard with this key. */
async function readGuard(
  rows: RowStore,
  key: RowKey,
): Promise<{ guard: Guard | undefined; cost: Cost } | { guard: undefined; refusal: unknown; cost: Cost }> {
  try {
    return await rows.readGuard(key)
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal
    return { guard: undefined, refusal, cost: noCost }
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

/**
 * Writes a step: first the rows of a feed, which are the same for every writer, then the rest with the guard. `refusal`
 * means that the read model always refuses the step.
 */
async function write<State>(
  rows: RowStore,
  key: RowKey,
  from: FoldPoint<State>,
  { to, put, remove, counters, feed }: Step<State>,
  parked: Parked | undefined,
): Promise<{ moved: boolean; cost: Cost } | { refusal: unknown; cost: Cost }> {
  try {
    const fed = feed.length === 0 ? { outcome: 'put', cost: noCost } : await rows.put(feed)
    if (fed.outcome === 'again') return { moved: false, cost: fed.cost }
    const { outcome, cost } = await rows.move({
      key,
      from: guardAt(from),
      to: { ...guardAt(to), state: JSON.stringify(to.state), ...(parked && { parked }) },
      put,
      remove,
      counters,
    })
    return { moved: outcome === 'moved', cost: addCost(fed.cost, cost) }
  } catch (refusal) {
    if (!isRefusal(refusal) && !isTooLarge(refusal)) throw refusal
    return { refusal, cost: noCost }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Problem && error.code === 'too-large'
}

function guardAt({ version, written }: FoldPoint<unknown>): Pick<Guard, 'version' | 'written'> {
  return { version, ...(written > 0 && { written }) }
}

/** The sources of a stream's commits: the commits in memory, the last page that was read, and the store. */
interface Source {
  readonly store: EventStore
  readonly stream: StreamName
  readonly hint: readonly Commit[]
  readonly deadline: Deadline
  page: Page | undefined
}

interface CommitsAt {
  readonly commits: readonly Commit[]
  readonly cost: Cost
  /** Why the store cannot read the next commit. */
  readonly failure?: unknown
}

/**
 * Returns the commits from a version on. A page of the store is read once, even if several steps use it. `limit` is the
 * maximum number of commits to read.
 */
async function commitsAt(source: Source, version: number, limit?: number): Promise<CommitsAt> {
  const { store, stream, hint, deadline } = source
  const commits = runFrom(hint, version)
  if (commits.length > 0) return { commits, cost: noCost }
  const kept = runFrom(source.page?.commits ?? [], version)
  if (kept.length > 0 || source.page?.more === false) return { commits: kept, cost: noCost }
  try {
    source.page = await store.read(stream, version, deadline, limit)
    return source.page
  } catch (failure) {
    const isBad = isRefusal(failure) || (failure instanceof Problem && failure.code === 'unreadable')
    if (isBad) return { commits, cost: noCost, failure }
    throw failure
  }
}

/** Maximum length of an error, and of its stack, in a mark, in characters. */
const maxError = 500
const maxStack = 1500

function markOf(failure: unknown, place: Pick<Parked, 'version' | 'type'>, clock: Clock): Parked {
  const error = failure instanceof Problem ? `${failure.code}: ${failure.message}` : String(failure)
  const stack = failure instanceof Error ? failure.stack?.slice(0, maxStack) : undefined
  return {
    error: error.slice(0, maxError),
    at: new Date(clock.now()).toISOString(),
    ...place,
    ...(stack !== undefined && { stack }),
  }
}

/** Returns the type of a stored event, if its commit is among these. */
export function typeAt(commits: readonly Commit[], version: number): string | undefined {
  const commit = commits.find((one) => one.version <= version && version <= lastVersion(one))
  return commit?.events[version - commit.version]?.type.slice(0, 200)
}

function target(hint: readonly Commit[]): number {
  return hint.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...hint.map(lastVersion))
}

/** Returns the commits in memory that contain version `from` and those that follow it without a gap. */
function runFrom(hint: readonly Commit[], from: number): readonly Commit[] {
  const run: Commit[] = []
  let next = from
  for (const commit of [...hint].sort((a, b) => a.version - b.version)) {
    if (commit.version > next) break
    // A commit is skipped only if its last event was folded. Otherwise its remaining events are still needed.
    if (lastVersion(commit) < next) continue
    run.push(commit)
    next = lastVersion(commit) + 1
  }
  return run
}

/** Parses a stored state. Throws `unreadable` if it does not have this projection's shape. */
export function parseState<State, E extends Event>(projection: Projection<State, E>, json: string): State {
  const parsed = projection.state.safeParse(JSON.parse(json))
  if (parsed.success) return parsed.data
  throw new Problem(
    'unreadable',
    `A state of ${projection.name} version ${projection.version} cannot be parsed.`,
    {
      cause: parsed.error,
    },
  )
}
