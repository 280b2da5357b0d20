import type { GenerationList, GenerationLists } from './generation-list.ts'

/** Lists of generations in memory, for tests and simulations. */
export function createMemoryGenerationLists(): GenerationLists {
  const written = new Map<string, GenerationList>()
  return {
    async read(projections) {
      const lists = projections.flatMap((name): [string, GenerationList][] => {
        const list = written.get(name)
        return list === undefined ? [] : [[name, list]]
      })
      return {
        lists: new Map(lists),
        cost: { requests: 1, readUnits: projections.length, writeUnits: 0 },
      }
    },

    async move(projection, to) {
      const revision = written.get(projection)?.revision ?? 0
      const cost = { requests: 1, readUnits: 0, writeUnits: 1 }
      if (revision !== to.revision - 1) return { outcome: 'again', cost }
      written.set(projection, to)
      return { outcome: 'moved', cost }
    },
  }
}
