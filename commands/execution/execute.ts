import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { EventStore, NewCommit, Snapshot } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import {
  noReservations,
  type Reservation,
  type Reservations,
  reservationsBetween,
} from '../../domain/kernel/reservation.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { type CachedState, cachedStateAfter, type Receipt, receiptOf } from './cached-state.ts'
import { noStateCache, type StateCache } from './state-cache.ts'

/** One command on one stream, with the ids that make it repeatable. */
export interface Execution<C extends Command> {
  readonly stream: StreamName
  readonly command: C
  readonly commandId: string
  readonly digest: string
  /** Whether it makes the stream, whose name follows from the command id: a repeat is found however long ago it was. */
  readonly creates?: boolean
  /** The version that the client saw; another one is `version-mismatch`. */
  readonly expectedVersion?: number | undefined
  readonly correlationId: string
  readonly causationId: string
}

export interface Executed {
  /** Version of the stream as this command left it, or found it where it changed nothing. */
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly cost: Cost
}

export interface ExecuteOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly deadline: Deadline
  /** What this process has seen of the streams of this store; without it, every command loads first. */
  readonly stateCache?: StateCache
}

/** A repeat is found for so long, in milliseconds, however many commands came after the first. */
const repeatReachMs = 120_000

/**
 * Load, decide, append, and again from the load where another command came first: the one place where that
 * happens. The checks come in this order: the command id (a repeat gets its first answer), the expected
 * version, the decision, the keys that it takes. Throws what the decider throws, `key-reused`,
 * `version-mismatch`, `taken`, `too-large`, and `unavailable` past the deadline.
 *
 * A stream that this process has seen is not loaded first: the append finds out whether the state was still
 * true. What no append confirms, a refusal or that there is nothing to do, is only ever answered from what was
 * loaded for this very command. A command that has failed in the store leaves nothing warm behind.
 */
export async function execute<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  execution: Execution<C>,
  { store, clock, deadline, stateCache = noStateCache }: ExecuteOptions,
): Promise<Executed> {
  const { stream, commandId, digest } = execution
  const drop = (error: unknown): never => {
    stateCache.drop(stream)
    throw error
  }
  let cost = noCost
  let cached = stateCache.find(aggregate, stream)
  const known = cached?.commits.get(commandId)
  if (known !== undefined) return answer(known, digest, cost)

  let fresh = false
  for (let attempt = 0, conflicts = 0; ; attempt++) {
    if (cached === undefined || cached.contended || attempt > 0) {
      const reach = new Date(clock.now() - repeatReachMs).toISOString()
      const loaded = await store
        .load(stream, deadline, { since: cached?.head, fold: aggregate.fold, reach })
        .catch(drop)
      cost = addCost(cost, loaded.cost)
      let earlier = loaded.commits.find((commit) => commit.commandId === commandId)
      if (earlier === undefined && execution.creates && loaded.head.version > 0) {
        const first = await store.read(stream, 1, deadline, 1)
        cost = addCost(cost, first.cost)
        earlier = first.commits.find((commit) => commit.commandId === commandId)
      }
      if (earlier !== undefined) return answer(receiptOf(earlier), digest, cost)
      cached = cachedStateAfter(aggregate, cached, loaded)
      stateCache.keep(aggregate, cached)
      fresh = true
    }

    let decision: Decision | undefined
    try {
      decision = decide(aggregate, cached, execution, clock.now())
    } catch (refusal) {
      if (fresh) throw refusal
      continue
    }
    if (decision === undefined) {
      if (fresh) return { version: cached.head.version, events: [], cost }
      continue
    }

    const { commit, reservations } = decision
    const snapshot = snapshotOf(aggregate, cached)
    const appended = await store
      .append(cached.head, commit, deadline, { reservations, snapshot })
      .catch((error: unknown) => (fresh || !isTooLarge(error) ? drop(error) : undefined))
    if (appended === undefined) continue
    cost = addCost(cost, appended.cost)
    if (appended.outcome === 'taken') {
      if (fresh) throw taken(appended.reservation)
      continue
    }
    if (appended.outcome === 'appended') {
      const { commit, head } = appended
      stateCache.keep(aggregate, cachedStateAfter(aggregate, cached, { commits: [commit], head }))
      return answer(receiptOf(commit), digest, cost)
    }
    // A commit stands there that `seen` knows nothing of: the next load goes on from what is stored.
    cached = { ...cached, contended: true }
    stateCache.keep(aggregate, cached)
    if (appended.outcome === 'repeated') return answer(receiptOf(appended.commit), digest, cost)
    // A state of old says nothing of rivals at this moment.
    if (fresh) await pause(conflicts++, clock, deadline)
  }
}

interface Decision {
  readonly commit: NewCommit
  readonly reservations: Reservations
}

/** What to append, if anything. Throws what the decider throws, and `version-mismatch` before it. */
function decide<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  { head, state, at }: CachedState<State>,
  { stream, command, commandId, digest, expectedVersion, correlationId, causationId }: Execution<C>,
  now: number,
): Decision | undefined {
  if (
    expectedVersion !== undefined &&
    expectedVersion !== head.version &&
    aggregate.knownTo(state, command.actorId)
  ) {
    throw new Problem(
      'version-mismatch',
      `It is at version ${head.version}, not ${expectedVersion}. Read it again and decide anew.`,
    )
  }
  const events = aggregate.decide(command, state)
  if (events.length === 0) return undefined
  const commit = {
    events: events.map((event) => aggregate.events.encode(event)),
    commandId,
    digest,
    at: timeAfter(at, now),
    actorId: command.actorId,
    correlationId,
    causationId,
  }
  return { commit, reservations: reservationsOf(aggregate, stream, state, events) }
}

/** The state before a commit, where it is time to store it. */
function snapshotOf<State>(
  { fold }: { fold?: string },
  { head, state }: CachedState<State>,
): Snapshot | undefined {
  return head.snapshotDue && fold !== undefined ? { fold, state } : undefined
}

function reservationsOf<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  stream: StreamName,
  before: State,
  events: readonly E[],
): Reservations {
  if (aggregate.holds === undefined) return noReservations
  const { id } = parseStreamName(stream)
  const after = events.reduce<State>((state, event) => aggregate.evolve(state, event), before)
  return reservationsBetween(aggregate.holds(before, id), aggregate.holds(after, id))
}

/** The answer is what is stored: another process may have decided otherwise under the same command id. */
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

/** What the store refuses of its own, before it writes anything. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Problem && error.code === 'too-large'
}

function taken({ set }: Reservation): Problem {
  return new Problem('taken', `Another has this ${set} already. Use another one.`, { rule: `${set}-taken` })
}

/** Lets rivals go first. Throws `unavailable` where the deadline would pass meanwhile. */
async function pause(conflicts: number, clock: Clock, deadline: Deadline): Promise<void> {
  const milliseconds = backoff(conflicts, clock.random)
  if (deadline.left() <= milliseconds) {
    throw new Problem('unavailable', 'Too many others write to this at the moment. Try again.', {
      retryAfterSeconds: 1,
    })
  }
  await clock.sleep(milliseconds)
}

/** Now, or the time of the commit before where the clock has jumped back. */
function timeAfter(last: string | undefined, now: number): string {
  const at = new Date(now).toISOString()
  return last !== undefined && last > at ? last : at
}
