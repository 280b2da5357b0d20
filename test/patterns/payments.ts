import type { Deadline } from '../../domain/kernel/cost.ts'

// #region port
/** The port to the service that takes money. A key stands for one payment. */
export interface Payments {
  /** Charges an amount once per key, however often it is called. */
  charge(key: string, cents: number, deadline: Deadline): Promise<'charged' | 'declined'>
  /** Gives back the amount that was charged under a key, once. Does nothing if nothing was charged. */
  refund(key: string, deadline: Deadline): Promise<void>
}
// #endregion port
