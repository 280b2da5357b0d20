import type { Cost, Deadline } from './cost.ts'
import type { StreamName } from './stream.ts'

/** A key that one stream at most holds within a set, such as an address in the set `email`. */
export interface Reservation {
  readonly set: string
  readonly key: string
}

/** The keys that a commit takes and releases, in one write with it. */
export interface Reservations {
  readonly take: readonly Reservation[]
  readonly release: readonly Reservation[]
}

export const noReservations: Reservations = { take: [], release: [] }

/**
 * The difference between what a stream holds before a commit and after it. A key that is released is the one
 * that the state holds, never one computed again: the rule that made it may have changed since.
 */
export function reservationsBetween(
  before: readonly Reservation[],
  after: readonly Reservation[],
): Reservations {
  const without = (some: readonly Reservation[], others: readonly Reservation[]) =>
    some.filter(({ set, key }) => !others.some((other) => other.set === set && other.key === key))
  return { take: without(after, before), release: without(before, after) }
}

/** The port to what is reserved at this moment, read consistently. Throws `unavailable` past the deadline. */
export interface ReservationReader {
  /** The stream that holds a key. */
  holderOf(
    reservation: Reservation,
    deadline: Deadline,
  ): Promise<{ readonly stream: StreamName | undefined; readonly cost: Cost }>
  /** Whether nothing of a set is held, in one query. */
  isEmpty(set: string, deadline: Deadline): Promise<{ readonly empty: boolean; readonly cost: Cost }>
}
