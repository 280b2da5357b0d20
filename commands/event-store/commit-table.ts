import type { Cost } from '../../domain/kernel/event-store.ts'
import type { CommitItem } from './commit-item.ts'

/** What the event store asks of a database. Faults are injected here, between the store and its table. */
export interface CommitTable {
  /**
   * Puts an item where none stands. `unknown`: it may or may not stand now, as after a timeout, a 500 or a
   * throttled try. Throws what is definite and permanent, such as a missing grant.
   */
  putNew(item: CommitItem, timeoutMs: number): Promise<PutAnswer>
  /** One consistent page of a stream by version of first event, inclusive. Throws `unavailable` at its timeout. */
  query(stream: string, range: QueryRange, timeoutMs: number): Promise<QueryAnswer>
}

export type PutAnswer =
  | { readonly outcome: 'put' | 'unknown'; readonly cost: Cost }
  | { readonly outcome: 'occupied'; readonly item: CommitItem; readonly cost: Cost }

export interface QueryRange {
  readonly from: number
  /** `backward` starts at `from` and goes down. */
  readonly order: 'forward' | 'backward'
  readonly limit?: number
}

export interface QueryAnswer {
  readonly items: readonly unknown[]
  readonly more: boolean
  readonly cost: Cost
}
