import type { Cost } from '../../../domain/kernel/cost.ts'
import type { RowKey } from '../../engine/projection.ts'

/** A generation that no list names any more still has these prefixes in the keys of its items. */
const prefixes = { rows: '', counters: 'tally#', checkpoints: 'replay#' }

/**
 * The port to the removal of everything that unlisted generations have left: guards, rows, counters, checkpoints and
 * parked marks. `test/contract/row-remover.ts` says what an adapter does.
 */
export interface RowRemover {
  /**
   * Reads a page of the read model and removes the items of those generations of a projection that are not to be kept.
   * `kept` is called after the page is read: a generation is listed before its first item is written, so an item of the
   * page is of a listed generation or may go. `next` is the place to continue after.
   */
  removeSome(
    projection: string,
    kept: () => Promise<ReadonlySet<string>>,
    after: RowKey | undefined,
  ): Promise<RemovedPage>
}

export interface RemovedPage {
  /** How many items were removed, by generation. */
  readonly removed: ReadonlyMap<string, number>
  readonly next: RowKey | undefined
  readonly cost: Cost
}

/** The generation of an item of a projection; undefined for an item of something else. */
export function generationOfItem(projection: string, partition: string): string | undefined {
  const prefix = [prefixes.counters, prefixes.checkpoints].find((one) => partition.startsWith(one)) ?? ''
  const [id = ''] = partition.slice(prefix.length).split('#')
  const isOfProjection =
    id.startsWith(`${projection}.v`) && /^\d+\.\d+$/.test(id.slice(projection.length + 2))
  return isOfProjection ? id : undefined
}

/** The beginnings of the keys of a projection's items. */
export function prefixesOf(projection: string): readonly string[] {
  return Object.values(prefixes).map((prefix) => `${prefix}${projection}.v`)
}

/** The partition of a generation's checkpoints. */
export function checkpointPartition(generation: string): string {
  return `${prefixes.checkpoints}${generation}`
}
