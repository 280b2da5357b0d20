import type { Cost } from '../../../domain/kernel/cost.ts'

/** The key of an item of the event store. */
export interface ScanPlace {
  readonly stream: string
  readonly version: number
}

export interface ScanPage {
  /** As they are stored. The items of a stream come together and in order; they may go on in the next page. */
  readonly items: readonly unknown[]
  /** Where the page ended; nothing where there is no other. */
  readonly next: ScanPlace | undefined
  readonly cost: Cost
}

/**
 * The port to a walk over the whole event store, for who verifies or replays: no function has it yet.
 * `test/contract/commit-scan.ts` says what an adapter does.
 */
export interface CommitScan {
  /**
   * The page that begins after a place, read consistently: what was put before is in it. Throws `unavailable` at its
   * timeout.
   */
  page(after: ScanPlace | undefined, timeoutMs: number): Promise<ScanPage>
}

/** How an adapter scans. */
export interface ScanOptions {
  /** Items of a page at most; without it, as many as come in 1 MB. */
  readonly limit?: number | undefined
  /** One of so many parts of the store, each with whole streams; without it, all of it. */
  readonly segment?: number
  readonly segments?: number
}
