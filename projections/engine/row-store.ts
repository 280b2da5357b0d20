import type { Cost } from '../../domain/kernel/cost.ts'
import type { CounterItem, SortRange, Sums } from './counters.ts'
import type { RowItem, RowKey } from './projection.ts'

/** The progress of a generation in one stream, and the state there. */
export interface Guard {
  /** Version of the last event that was folded. */
  readonly version: number
  /** The state as JSON. */
  readonly state: string
  /** The number of changes of the next event that are already written, if one write cannot hold all of them. */
  readonly written?: number | undefined
  /** Why the generation has stopped in this stream for now. */
  readonly parked?: Parked | undefined
}

/** Why an event cannot be folded. It is stored in the guard's item, and the write that passes the event clears it. */
export interface Parked {
  readonly error: string
  /** When the failure was found: ISO 8601 UTC with milliseconds. */
  readonly at: string
  /** Version and type of the event. The type is missing if the commit cannot be read. */
  readonly version?: number | undefined
  readonly type?: string | undefined
  /** The beginning of the error's stack. */
  readonly stack?: string | undefined
}

export interface Move {
  readonly key: RowKey
  /**
   * The guard's position when it was read. The version is 0 if there was no guard, or only one that is parked at 0. The
   * write has one condition: the guard is still at this position.
   */
  readonly from: Pick<Guard, 'version' | 'written'>
  readonly to: Guard
  readonly put: readonly RowItem[]
  readonly remove: readonly RowKey[]
  /** Amounts to add to the stored ones, one entry per item. */
  readonly counters: readonly CounterItem[]
}

export interface ListOptions {
  /** Sort key of the row before the page. */
  readonly after?: string | undefined
  readonly limit: number
  /**
   * The order of the sort keys. The default is `descending`, the largest first. All pages of a list have the same
   * order.
   */
  readonly order?: 'ascending' | 'descending' | undefined
}

/** A page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** Sort key of the last item, if there are more. */
  readonly next: string | undefined
  readonly cost: Cost
}

/**
 * The read model's table. Every read is consistent. `test/contract/row-store.ts` specifies the behaviour of every
 * adapter.
 */
export interface RowStore {
  readGuard(key: RowKey): Promise<{ readonly guard: Guard | undefined; readonly cost: Cost }>
  /** Reads up to 100 guards, in the order of the keys; `undefined` for a missing one. */
  readGuards(
    keys: readonly RowKey[],
  ): Promise<{ readonly guards: readonly (Guard | undefined)[]; readonly cost: Cost }>
  /**
   * Writes the guard, the rows and the counters together or not at all. `again` means that the guard has moved, or that
   * the outcome is unknown. Read the guard again. More than 99 changes are `too-large`.
   */
  move(move: Move): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
  /**
   * Puts rows of a feed, in any number and order. A row that already exists is the same. `again` means that some rows
   * may be missing.
   */
  put(rows: readonly RowItem[]): Promise<{ readonly outcome: 'put' | 'again'; readonly cost: Cost }>
  /** Reads the rows of these keys, any number of them, in no order. Missing rows are left out. */
  readRows(keys: readonly RowKey[]): Promise<{ readonly rows: readonly RowItem[]; readonly cost: Cost }>
  /** Lists the rows of a partition in the order of their sort keys. */
  list(
    partition: string,
    options: ListOptions,
  ): Promise<{ readonly rows: readonly RowItem[]; readonly cost: Cost }>
  /** Reads the counters of a partition, each as the sum of its shards. A counter without amounts is left out. */
  sums(partition: string, range: SortRange): Promise<{ readonly sums: Sums; readonly cost: Cost }>
}

/** Maximum number of changes in one transaction, not counting the guard. */
export const maxChangesPerMove = 99
