import type { Cost } from '../../../domain/kernel/cost.ts'

/** The key of an item of the event store. */
export interface ScanPlace {
  readonly stream: string
  readonly version: number
}

export interface ScanPage {
  /** The stored items. The items of a stream are consecutive and in order, and may continue on the next page. */
  readonly items: readonly unknown[]
  /** The position to continue after; undefined on the last page. */
  readonly next: ScanPlace | undefined
  readonly cost: Cost
}

/**
 * The port to a walk over the whole event store, for verifications and replays. No Lambda function uses it.
 * `test/contract/commit-scan.ts` specifies the behaviour of every adapter.
 */
export interface CommitScan {
  /**
   * Reads the page after a position consistently, including everything stored before the call. Throws `unavailable` at
   * its time-out.
   */
  page(after: ScanPlace | undefined, timeoutMs: number): Promise<ScanPage>
}

/** The options of an adapter's scan. */
export interface ScanOptions {
  /** Maximum number of items in a page; by default as many as fit into 1 MB. */
  readonly limit?: number | undefined
  /**
   * One of the parts that the store is divided into. Each part contains whole streams. By default the scan covers the
   * whole store.
   */
  readonly segment?: number
  readonly segments?: number
}
