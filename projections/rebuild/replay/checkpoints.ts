import type { Cost } from '../../../domain/kernel/cost.ts'
import type { ScanPlace } from '../walk/commit-scan.ts'

/** How far the replay of a generation has come in one segment of the event store. */
export interface Checkpoint {
  /** Counts the changes; 0 where nothing is done yet. */
  readonly revision: number
  /** The place to resume after; undefined for the beginning. */
  readonly after?: ScanPlace | undefined
  readonly done: boolean
  /** Commits that it has passed, and streams that it has left parked. */
  readonly commits: number
  readonly parked: number
}

export const nothingDone: Checkpoint = { revision: 0, done: false, commits: 0, parked: 0 }

/** The port to the checkpoints. `test/contract/checkpoints.ts` says what an adapter does. */
export interface Checkpoints {
  /** Those of so many segments, in order, read consistently. */
  read(
    generation: string,
    segments: number,
  ): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly cost: Cost }>
  /**
   * Puts a checkpoint in the place of the one before it. `again`: another worker is at this segment, or the outcome is
   * unknown; read it again.
   */
  move(
    generation: string,
    segment: number,
    to: Checkpoint,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}
