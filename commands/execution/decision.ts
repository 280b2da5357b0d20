import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import {
  type CommitReceipt,
  type NewCommit,
  repeatReach,
  type Snapshot,
} from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import {
  noReservations,
  type Reservation,
  type Reservations,
  reservationsBetween,
} from '../../domain/kernel/reservation.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import type { CachedState, Receipt } from './cached-state.ts'
import type { Execution } from './execution.ts'

/** A commit to append, with the keys that it takes and releases. */
export interface Decision {
  readonly commit: NewCommit
  readonly reservations: Reservations
}

/**
 * Returns the commit to append; undefined if the command changes nothing. Throws `version-mismatch`. Otherwise throws
 * the problems of the decider.
 */
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
      `The current version is ${head.version}, not ${expectedVersion}. Read the item again before you change it.`,
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

/** Makes the snapshot beside a commit, if one is due: the state before the commit, with recent receipts. */
export function snapshotOf<State>(
  { fold }: { fold?: string },
  { head, state, commits }: CachedState<State>,
  now: number,
): Snapshot | undefined {
  if (!head.snapshotDue || fold === undefined) return undefined
  return { fold, state, receipts: recentReceipts(commits, head.version, now) }
}

/** The newest receipts up to a version, in order: those of the last two minutes, but at least 28 and at most 100. */
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

/** Makes the problem of a key that another stream holds. The aggregate chooses the code and the wording. */
export function takenProblem<State, C extends Command, E extends Event>(
  { taken }: Pick<Aggregate<State, C, E>, 'taken'>,
  reservation: Reservation,
): Problem {
  if (taken === undefined) return new Problem('taken', 'This value is already in use. Choose another.')
  const { code: rule, detail, path } = taken(reservation)
  const errors = path === undefined ? {} : { errors: [{ path, message: 'Already in use.' }] }
  return new Problem('taken', detail, { rule, ...errors })
}

/** The time now, or the time of the preceding commit if the clock has jumped back. */
function timeAfter(last: string | undefined, now: number): string {
  const at = new Date(now).toISOString()
  return last !== undefined && last > at ? last : at
}
