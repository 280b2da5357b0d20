import type { Cost } from '../../../domain/kernel/cost.ts'
import type { RowKey } from '../../engine/projection.ts'

/**
 * The key prefixes of a generation's items. They identify the items even after the generation was removed from every
 * list.
 */
const prefixes = { rows: '', counters: 'tally#', checkpoints: 'replay#' }

/**
 * The port that removes all items of unlisted generations: guards, rows, counters, checkpoints and parked marks.
 * `test/contract/row-remover.ts` specifies the behaviour of every adapter.
 */
export interface RowRemover {
  /**
   * Reads a page of the read model, and removes the items of a projection's generations that are not kept. `kept` is
   * called after the page was read. A generation is listed before its first item is written. Every item of the page
   * therefore belongs to a listed generation or can be removed. `next` is the position to continue after.
   */
  removeSome(
    projection: string,
    kept: () => Promise<ReadonlySet<string>>,
    after: RowKey | undefined,
  ): Promise<RemovedPage>
}

export interface RemovedPage {
  /** The number of removed items, by generation. */
  readonly removed: ReadonlyMap<string, number>
  readonly next: RowKey | undefined
  readonly cost: Cost
}

/** The generation of a projection's item; undefined for any other item. */
export function generationOfItem(projection: string, partition: string): string | undefined {
  const prefix = [prefixes.counters, prefixes.checkpoints].find((one) => partition.startsWith(one)) ?? ''
  const [id = ''] = partition.slice(prefix.length).split('#')
  const isOfProjection =
    id.startsWith(`${projection}.v`) && /^\d+\.\d+$/.test(id.slice(projection.length + 2))
  return isOfProjection ? id : undefined
}

/** The prefixes of the keys of a projection's items. */
export function prefixesOf(projection: string): readonly string[] {
  return Object.values(prefixes).map((prefix) => `${prefix}${projection}.v`)
}

/** The partition of a generation's checkpoints. */
export function checkpointPartition(generation: string): string {
  return `${prefixes.checkpoints}${generation}`
}
