import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { type EventStore, repeatReach } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type CachedState, cachedStateAfter, type Receipt, receiptOf } from './cached-state.ts'
import { type Decision, decide, snapshotOf, takenProblem } from './decision.ts'
import type { Execution } from './execution.ts'
import { noStateCache, type StateCache } from './state-cache.ts'

export interface Executed {
  /** Version of the stream after this command. If the command changed nothing, the version that it found. */
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly cost: Cost
}

export interface ExecuteOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly deadline: Deadline
  /** The cached states of this store's streams in this process. Without it, every command loads its stream first. */
  readonly stateCache?: StateCache
}

/**
 * Loads, decides and appends. If another command was stored first, it starts again from the load. This is the only
 * place that retries. The checks have this order: the command id (a repeat gets its first answer), the expected
 * version, the decision, the keys to take. Throws the problems of the decider, `key-reused`, `version-mismatch`,
 * `taken`, `too-large`, and `unavailable` past the deadline.
 *
 * A stream with a cached state is not loaded first, unless an earlier write on that state lost. The append detects
 * whether the state is still the newest. A repeat whose receipt is cached is answered immediately. A refusal or a no-op
 * on a cached state is not answered: the state is loaded, and the command is decided again. If the store fails, the
 * cached state is dropped.
 */
export async function execute<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  execution: Execution<C>,
  options: ExecuteOptions,
): Promise<Executed> {
  const { clock, deadline, stateCache = noStateCache } = options
  const ports = { ...options, stateCache }
  const { stream, commandId, digest } = execution
  let cost = noCost
  let cached = stateCache.find(aggregate, stream)
  const known = cached?.commits.get(commandId)
  if (known !== undefined) return answer(known, digest, cost)

  // Whether `cached` was loaded during this command.
  let fresh = false
  for (let attempt = 0, conflicts = 0; ; attempt++) {
    if (cached === undefined || cached.contended || attempt > 0) {
      const loaded = await load(aggregate, execution, cached, ports)
      cost = addCost(cost, loaded.cost)
      if ('repeated' in loaded) return answer(loaded.repeated, digest, cost)
      cached = loaded.cached
      fresh = true
    }

    const attempted = await decideAndAppend(aggregate, execution, cached, ports)
    cost = addCost(cost, attempted.cost)
    switch (attempted.outcome) {
      case 'stored':
        return answer(attempted.receipt, digest, cost)
      case 'unchanged':
        if (fresh) return { version: cached.head.version, events: [], cost }
        break
      case 'refused':
        if (fresh) throw attempted.refusal
        break
      case 'conflict':
        cached = attempted.cached
        // A conflict on a cached state says nothing about contention now, so back off only after a fresh load.
        if (fresh) await pause(conflicts++, clock, deadline)
    }
  }
}

type Ports = Required<ExecuteOptions>

/** The state of the stream at its end, or the receipt of this command if it was stored before. */
type LoadedFor<State> = { readonly cost: Cost } & (
  | { readonly repeated: Receipt }
  | { readonly cached: CachedState<State> }
)

/** Loads the stream, or only the commits since the cached state, and caches the new state. */
async function load<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  execution: Execution<C>,
  before: CachedState<State> | undefined,
  { store, clock, deadline, stateCache }: Ports,
): Promise<LoadedFor<State>> {
  const { stream, commandId } = execution
  const reach = new Date(clock.now() - repeatReach.milliseconds).toISOString()
  const loaded = await store
    .load(stream, deadline, { since: before?.head, fold: aggregate.fold, reach })
    .catch(dropping(stateCache, stream))
    .catch(namingUnreadable(execution))
  let cost = loaded.cost
  let earlier = loaded.commits.find((commit) => commit.commandId === commandId)
  const receipt = loaded.receipts?.find((one) => one.commandId === commandId)
  if (earlier === undefined && receipt !== undefined) return { repeated: receipt, cost }
  if (earlier === undefined && execution.creates && loaded.head.version > 0) {
    // The first commit of a stream is the commit of the command that created it. A load from a snapshot or a cached
    // state skips it.
    const first = await store.read(stream, 1, deadline, 1)
    cost = addCost(cost, first.cost)
    earlier = first.commits.find((commit) => commit.commandId === commandId)
  }
  if (earlier !== undefined) return { repeated: receiptOf(earlier), cost }
  const cached = readable(execution, () => cachedStateAfter(aggregate, before, loaded))
  stateCache.keep(aggregate, cached)
  return { cached, cost }
}

/**
 * The outcome of one attempt. `stored` has the receipt of the stored commit: the new one, or an earlier commit of the
 * same command. `conflict` means that another command was stored first.
 */
type Attempted<State> = { readonly cost: Cost } & (
  | { readonly outcome: 'stored'; readonly receipt: Receipt }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly refusal: unknown }
  | { readonly outcome: 'conflict'; readonly cached: CachedState<State> }
)

/** Decides on a state and appends the commit, if there is one. Throws only if the store fails. */
async function decideAndAppend<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  execution: Execution<C>,
  cached: CachedState<State>,
  { store, clock, deadline, stateCache }: Ports,
): Promise<Attempted<State>> {
  let decision: Decision | undefined
  try {
    decision = decide(aggregate, cached, execution, clock.now())
  } catch (refusal) {
    return { outcome: 'refused', refusal, cost: noCost }
  }
  if (decision === undefined) return { outcome: 'unchanged', cost: noCost }

  const { commit, reservations } = decision
  const snapshot = snapshotOf(aggregate, cached, clock.now())
  const drop = dropping(stateCache, execution.stream)
  const appended = await store
    .append(cached.head, commit, deadline, { reservations, snapshot })
    .catch((error: unknown) => (isTooLarge(error) ? { tooLarge: error } : drop(error)))
  if ('tooLarge' in appended) return { outcome: 'refused', refusal: appended.tooLarge, cost: noCost }
  const { cost } = appended
  if (appended.outcome === 'taken')
    return { outcome: 'refused', refusal: takenProblem(aggregate, appended.reservation), cost }
  if (appended.outcome === 'appended') {
    const { commit, head } = appended
    stateCache.keep(aggregate, cachedStateAfter(aggregate, cached, { commits: [commit], head }))
    return { outcome: 'stored', receipt: receiptOf(commit), cost }
  }
  // A stored commit is missing in `cached`. The next load continues after the commits that it contains.
  const contended = { ...cached, contended: true }
  stateCache.keep(aggregate, contended)
  if (appended.outcome === 'conflict') return { outcome: 'conflict', cached: contended, cost }
  return { outcome: 'stored', receipt: receiptOf(appended.commit), cost }
}

/** Adds the command and the stream to the error of an unreadable event, so that an operator finds both in the log. */
function namingUnreadable({ command, stream }: Execution<Command>): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Problem) || error.code !== 'unreadable') throw error
    throw new Problem('unreadable', `${error.message} Command ${command.type} on ${stream}.`, {
      cause: error,
    })
  }
}

function readable<Result>(execution: Execution<Command>, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    return namingUnreadable(execution)(error)
  }
}

/**
 * Drops the cached state of a stream after a failed call of the store, because the outcome of a write may be unknown.
 */
function dropping(stateCache: StateCache, stream: StreamName): (error: unknown) => never {
  return (error) => {
    stateCache.drop(stream)
    throw error
  }
}

/** Answers from the stored commit, because another process may have decided otherwise under the same command id. */
function answer({ version, types, digest }: Receipt, given: string, cost: Cost): Executed {
  if (digest !== given) {
    throw new Problem(
      'key-reused',
      'This Idempotency-Key was used for a command with another body. Use a new key, or send the same body.',
    )
  }
  const events = types.map((type, index) => ({ type, version: version + index }))
  return { version: version + types.length - 1, events, cost }
}

/** Whether the store refused the commit for its size before it wrote anything. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Problem && error.code === 'too-large'
}

/** Pauses so that competing commands can finish. Throws `unavailable` if the deadline would pass during the pause. */
async function pause(conflicts: number, clock: Clock, deadline: Deadline): Promise<void> {
  const milliseconds = backoff(conflicts, clock.random)
  if (deadline.left() <= milliseconds) {
    throw new Problem('unavailable', 'Too many requests change this item at the same time. Try again.', {
      retryAfterSeconds: 1,
    })
  }
  await clock.sleep(milliseconds)
}
