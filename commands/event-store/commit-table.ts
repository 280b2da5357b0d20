import type { Cost } from '../../domain/kernel/cost.ts'
import type { Reservation, Reservations } from '../../domain/kernel/reservation.ts'
import type { CommitItem } from './commit-item.ts'

/** The port from the event store to its database. Tests inject faults here, between the store and its table. */
export interface CommitTable {
  /**
   * Puts an item unless one exists at its position, and takes and releases keys for its stream in the same transaction.
   * Without reservations, this is a plain put. If both the commit and a reservation are refused, the answer reports the
   * commit. `unknown` means that the item may or may not be stored: after a time-out, a 500, a throttled attempt or a
   * conflict of transactions. Throws errors that are definite and permanent, such as a missing permission.
   */
  putNew(item: CommitItem, reservations: Reservations, timeoutMs: number): Promise<PutAnswer>
  /**
   * Reads one consistent page of a stream. The range is inclusive, by version of the first event. Throws `unavailable`
   * at its time-out.
   */
  query(stream: string, range: QueryRange, timeoutMs: number): Promise<QueryAnswer>
}

export type PutAnswer =
  | { readonly outcome: 'put' | 'unknown'; readonly cost: Cost }
  | { readonly outcome: 'occupied'; readonly item: CommitItem; readonly cost: Cost }
  /** The position is free, but another stream holds this key. */
  | { readonly outcome: 'taken'; readonly reservation: Reservation; readonly cost: Cost }

/** The upper bound for versions. No stream gets this long. */
export const maxVersion = Number.MAX_SAFE_INTEGER

export interface QueryRange {
  /** The first and the last version of the range: `backward` goes down from `from` to `to`. */
  readonly from: number
  readonly to?: number
  readonly order: 'forward' | 'backward'
  readonly limit?: number
}

export interface QueryAnswer {
  readonly items: readonly unknown[]
  readonly more: boolean
  readonly cost: Cost
}
