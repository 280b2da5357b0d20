import type { Cost } from '../../domain/kernel/cost.ts'
import type { Reservation, Reservations } from '../../domain/kernel/reservation.ts'
import type { CommitItem } from './commit-item.ts'

/** The port from the event store to its database. Faults are injected here, between the store and its table. */
export interface CommitTable {
  /**
   * Puts an item where none stands, and takes and releases keys for its stream in one transaction with it;
   * without reservations it is a plain put. What is answered of the commit comes before what is answered of
   * the reservations. `unknown`: it may or may not stand now, as after a timeout, a 500, a throttled try or a
   * conflict of transactions. Throws what is definite and permanent, such as a missing grant.
   */
  putNew(item: CommitItem, reservations: Reservations, timeoutMs: number): Promise<PutAnswer>
  /** One consistent page of a stream by version of first event, inclusive. Throws `unavailable` at its timeout. */
  query(stream: string, range: QueryRange, timeoutMs: number): Promise<QueryAnswer>
}

export type PutAnswer =
  | { readonly outcome: 'put' | 'unknown'; readonly cost: Cost }
  | { readonly outcome: 'occupied'; readonly item: CommitItem; readonly cost: Cost }
  /** The place is free, but another stream holds this key. */
  | { readonly outcome: 'taken'; readonly reservation: Reservation; readonly cost: Cost }

/** No stream gets so long. */
export const maxVersion = Number.MAX_SAFE_INTEGER

export interface QueryRange {
  /** Where it begins, and where it ends: `backward` goes down from `from` to `to`. */
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
