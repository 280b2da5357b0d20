import type { Cost } from '../../domain/kernel/cost.ts'
import type { CounterItem, SortRange, Sums } from './counters.ts'
import type { RowItem, RowKey } from './projection.ts'

/** How far a generation has come in one stream, and the state there. */
export interface Guard {
  /** Version of the last event that was folded. */
  readonly version: number
  /** The state as JSON. */
  readonly state: string
  /** How many of the changes that the next event makes are written already, where one write does not hold them all. */
  readonly written?: number | undefined
  /** Why the generation goes no further in this stream for the moment. */
  readonly parked?: Parked | undefined
}

/** Why an event cannot be folded. It is stored in the guard's item, and the write that passes the event clears it. */
export interface Parked {
  readonly error: string
  /** When it was found, ISO 8601 UTC with milliseconds. */
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
   * Where the guard was read; version 0 where there was none, or none but a parked one. That it is still there is
   * the write's only condition.
   */
  readonly from: Pick<Guard, 'version' | 'written'>
  readonly to: Guard
  readonly put: readonly RowItem[]
  readonly remove: readonly RowKey[]
  /** Amounts to add to what the items hold, one for each item. */
  readonly counters: readonly CounterItem[]
}

export interface ListOptions {
  /** Sort key of the row before the page. */
  readonly after?: string | undefined
  readonly limit: number
  /** Of the sort keys; `descending` by default, the largest first. All pages of a list have the same order. */
  readonly order?: 'ascending' | 'descending' | undefined
}

/** A page of a list. */
export interface ListPage<Item> {
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
   * Guard, rows and counters move together or not at all. `again`: the guard is not where it was read, or the
   * outcome is unknown; read it again. More than 99 changes are `too-large`.
   */
  move(move: Move): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
  /**
   * Puts rows that events leave, in any number and order; one that is there already is the same. `again`: some may
   * be missing.
   */
  put(rows: readonly RowItem[]): Promise<{ readonly outcome: 'put' | 'again'; readonly cost: Cost }>
  /** The rows of these keys, in any number and no order; those that are not there are left out. */
  readRows(keys: readonly RowKey[]): Promise<{ readonly rows: readonly RowItem[]; readonly cost: Cost }>
  /** Rows of a partition in the order of their sort keys. */
  list(
    partition: string,
    options: ListOptions,
  ): Promise<{ readonly rows: readonly RowItem[]; readonly cost: Cost }>
  /** The counters of a partition, each the sum of its shards; those that nothing counted for are not there. */
  sums(partition: string, range: SortRange): Promise<{ readonly sums: Sums; readonly cost: Cost }>
}

/** Changes that one transaction holds, less the guard. */
export const maxChangesPerMove = 99
