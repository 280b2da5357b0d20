import type { Cost } from '../../../domain/kernel/cost.ts'
import type { RowKey } from '../../engine/projection.ts'

/**
 * The port to the removal of everything that a generation has left: guards, rows, counters and checkpoints. Only for one
 * that nobody reads or keeps up to date any more. `test/contract/row-remover.ts` says what an adapter does.
 */
export interface RowRemover {
  /** Looks through a page of the read model, and removes what is of the generation. `next`: where to go on. */
  removeSome(
    generation: string,
    after: RowKey | undefined,
  ): Promise<{ readonly removed: number; readonly next: RowKey | undefined; readonly cost: Cost }>
}

/** The prefixes of the keys of a generation's items. */
export function prefixesOf(generation: string): readonly string[] {
  return [`${generation}#`, `tally#${generation}#`]
}

/** The partition of its checkpoints. */
export function checkpointPartition(generation: string): string {
  return `replay#${generation}`
}
