import type { Cost } from '../../../domain/kernel/cost.ts'
import type { ScanPlace } from '../walk/commit-scan.ts'

/** The progress of a generation's replay in one segment of the event store. */
export interface Checkpoint {
  /** The number of changes; 0 before the first one. */
  readonly revision: number
  /** The position to resume after; undefined for the beginning. */
  readonly after?: ScanPlace | undefined
  readonly done: boolean
  /** The number of commits that it has passed, and of streams that it has left parked. */
  readonly commits: number
  readonly parked: number
}

export const nothingDone: Checkpoint = { revision: 0, done: false, commits: 0, parked: 0 }

/** The port to the checkpoints. `test/contract/checkpoints.ts` specifies the behaviour of every adapter. */
export interface Checkpoints {
  /** Reads the checkpoints of this number of segments, in order and consistently. */
  read(
    generation: string,
    segments: number,
  ): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly cost: Cost }>
  /**
   * Replaces the preceding checkpoint. `again` means that another worker is at this segment, or that the outcome is
   * unknown. Read it again.
   */
  move(
    generation: string,
    segment: number,
    to: Checkpoint,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}
