import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import {
  type CommitReceipt,
  type NewCommit,
  repeatReach,
  type Snapshot,
} from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { noReservations, type Reservations, reservationsBetween } from '../../domain/kernel/reservation.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { CachedState, Receipt } from './cached-state.ts'
import type { Execution } from './execution.ts'

/** A commit to append, with the keys that it takes and releases. */
export interface Decision {
  readonly commit: NewCommit
  readonly reservations: Reservations
}

/** The commit to append, if the command changes anything. Throws `version-mismatch`, and then what the decider throws. */
export function decide<State, C extends Command, E extends Event>(
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
      `It is at version ${head.version}, not ${expectedVersion}. Read it again and decide again.`,
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

/** The state before a commit, with the receipts by which repeats are recognised, if a snapshot is due. */
export function snapshotOf<State>(
  { fold }: { fold?: string },
  { head, state, commits }: CachedState<State>,
  now: number,
): Snapshot | undefined {
  if (!head.snapshotDue || fold === undefined) return undefined
  return { fold, state, receipts: recentReceipts(commits, head.version, now) }
}

/** The newest receipts up to a version, in order: those of the last two minutes, 100 at most, and 28 in any case. */
function recentReceipts(
  commits: ReadonlyMap<string, Receipt>,
  version: number,
  now: number,
): readonly CommitReceipt[] {
  const since = new Date(now - repeatReach.milliseconds).toISOString()
  return [...commits]
    .map(([commandId, receipt]) => ({ commandId, ...receipt }))
    .filter((receipt) => receipt.version <= version)
    .sort((a, b) => b.version - a.version)
    .slice(0, repeatReach.receipts)
    .filter(({ at }, index) => index < repeatReach.commits || at >= since)
    .reverse()
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

/** Now, or the time of the commit before if the clock has jumped back. */
function timeAfter(last: string | undefined, now: number): string {
  const at = new Date(now).toISOString()
  return last !== undefined && last > at ? last : at
}
