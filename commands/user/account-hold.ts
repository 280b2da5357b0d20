import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import type { DeletionHold } from '../../domain/user/user.ts'

/** A condition that keeps an account from being deleted while a set of reservations is not empty. */
export interface AccountHold extends DeletionHold {
  /** The name of the set for a person. */
  readonly set: (userId: string) => string
}

/** Returns the first hold that is on a person's account now, if any. Throws `unavailable` past the deadline. */
export async function holdOn(
  userId: string,
  holds: readonly AccountHold[],
  reservations: Pick<ReservationReader, 'isEmpty'>,
  deadline: Deadline,
): Promise<{ readonly hold: DeletionHold | undefined; readonly cost: Cost }> {
  const found = await Promise.all(holds.map(({ set }) => reservations.isEmpty(set(userId), deadline)))
  return {
    hold: holds.find((_, index) => found[index]?.empty === false),
    cost: found.reduce((sum, { cost }) => addCost(sum, cost), noCost),
  }
}
