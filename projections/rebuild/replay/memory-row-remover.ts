import { noCost } from '../../../domain/kernel/cost.ts'
import type { MemoryRowStore } from '../../engine/memory-row-store.ts'
import { prefixesOf, type RowRemover } from './row-remover.ts'

/** Removes from a read model in memory, all at once. */
export function createMemoryRowRemover(rows: Pick<MemoryRowStore, 'removeAll'>): RowRemover {
  return {
    async removeSome(generation) {
      return { removed: rows.removeAll(prefixesOf(generation)), next: undefined, cost: noCost }
    },
  }
}
