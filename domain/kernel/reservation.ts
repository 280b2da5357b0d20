import type { Cost, Deadline } from './cost.ts'
import type { StreamName } from './stream.ts'

/** A key that at most one stream holds within a set, such as an address in the set `email`. */
export interface Reservation {
  readonly set: string
  readonly key: string
}

/** The problem of a command that would take a key of another stream. */
export interface TakenKey {
  /** Stable code of the problem, such as `email-taken`. */
  readonly code: string
  /** The advice to the client. */
  readonly detail: string
  /** JSON Pointer to the field of the body that contains the key, if there is one. */
  readonly path?: string
}

/** The keys that a commit takes and releases in the same write. */
export interface Reservations {
  readonly take: readonly Reservation[]
  readonly release: readonly Reservation[]
}

export const noReservations: Reservations = { take: [], release: [] }

/**
 * Returns the difference between the keys that a stream holds before a commit and after it. A released key is the one
 * in the state, never a recomputed one, because the rule that computes it may have changed since.
 */
export function reservationsBetween(
  before: readonly Reservation[],
  after: readonly Reservation[],
): Reservations {
  const without = (some: readonly Reservation[], others: readonly Reservation[]) =>
    some.filter(({ set, key }) => !others.some((other) => other.set === set && other.key === key))
  return { take: without(after, before), release: without(before, after) }
}

/** The port that reads current reservations, consistently. Throws `unavailable` past the deadline. */
export interface ReservationReader {
  /** Returns the stream that holds a key. */
  holderOf(
    reservation: Reservation,
    deadline: Deadline,
  ): Promise<{ readonly stream: StreamName | undefined; readonly cost: Cost }>
  /** Returns whether a set is empty, so that no stream holds a key in it. Makes one query. */
  isEmpty(set: string, deadline: Deadline): Promise<{ readonly empty: boolean; readonly cost: Cost }>
}
