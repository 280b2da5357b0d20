import { noCost } from '../../../domain/kernel/cost.ts'
import type { MemoryRowStore } from '../../engine/memory-row-store.ts'
import { generationOfItem, type RowRemover } from './row-remover.ts'

/** Removes items from a read model in memory, all at once. */
export function createMemoryRowRemover(rows: Pick<MemoryRowStore, 'removeAll'>): RowRemover {
  return {
    async removeSome(projection, kept) {
      const keep = await kept()
      const removed = new Map<string, number>()
      rows.removeAll((partition) => {
        const generation = generationOfItem(projection, partition)
        if (generation === undefined || keep.has(generation)) return false
        removed.set(generation, (removed.get(generation) ?? 0) + 1)
        return true
      })
      return { removed, next: undefined, cost: noCost }
    },
  }
}
