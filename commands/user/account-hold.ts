import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import type { DeletionHold } from '../../domain/user/user.ts'

/** Keeps an account from being deleted while a set of reservations is not empty. */
export interface AccountHold extends DeletionHold {
  /** The set of reservations of a person. */
  readonly set: (userId: string) => string
}

/** The first hold on a person's account at this moment, if any. Throws `unavailable` past the deadline. */
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
