import type { Cost } from '../../domain/kernel/event-store.ts'
import type { RowItem, RowKey } from './projection.ts'

/** How far a generation has come in one stream, and the state there. */
export interface Guard {
  /** Version of the last event that was folded. */
  readonly version: number
  /** The state as JSON. */
  readonly state: string
  /** Why the generation goes no further in this stream for the moment. */
  readonly parked?: Parked | undefined
}

/** What stands against an event. It lies in the guard's item, and the write that passes the event clears it. */
export interface Parked {
  readonly error: string
  /** When it was found, ISO 8601 UTC with milliseconds. */
  readonly at: string
}

export interface Move {
  readonly key: RowKey
  /** The version that the guard was read at; 0 where there was none, or none but a parked one. The write's only condition. */
  readonly from: number
  readonly to: Guard
  readonly put: readonly RowItem[]
  readonly remove: readonly RowKey[]
}

export interface ListOptions {
  /** Sort key of the row before the page. */
  readonly after?: string | undefined
  readonly limit: number
}

/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Sort key of the last item, where there are more. */
  readonly next: string | undefined
  readonly cost: Cost
}

/** The read model's table. Every read is consistent. `test/contract/row-store.ts` says what an adapter does. */
export interface RowStore {
  readGuard(key: RowKey): Promise<{ readonly guard: Guard | undefined; readonly cost: Cost }>
  /** Up to 100 guards, in the order of the keys; `undefined` where there is none. */
  readGuards(
    keys: readonly RowKey[],
  ): Promise<{ readonly guards: readonly (Guard | undefined)[]; readonly cost: Cost }>
  /**
   * Guard and rows move together or not at all. `again`: the guard is not where it was read, or the outcome
   * is unknown; read it again. A difference of more than 99 rows is `too-large`.
   */
  move(move: Move): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
  /** Rows of a partition, the largest sort key first. */
  list(
    partition: string,
    options: ListOptions,
  ): Promise<{ readonly rows: readonly RowItem[]; readonly cost: Cost }>
}

/** What one transaction holds, less the guard. */
export const maxRowsPerMove = 99
