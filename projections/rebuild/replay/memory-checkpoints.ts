import { type Checkpoint, type Checkpoints, nothingDone } from './checkpoints.ts'

/** Checkpoints in memory, for tests and simulations. */
export function createMemoryCheckpoints(): Checkpoints {
  const written = new Map<string, Checkpoint>()
  const at = (generation: string, segment: number) => written.get(`${generation}#${segment}`) ?? nothingDone
  return {
    async read(generation, segments) {
      const checkpoints = Array.from({ length: segments }, (_, segment) => at(generation, segment))
      return { checkpoints, cost: { requests: 1, readUnits: segments, writeUnits: 0 } }
    },

    async move(generation, segment, to) {
      const cost = { requests: 1, readUnits: 0, writeUnits: 1 }
      if (at(generation, segment).revision !== to.revision - 1) return { outcome: 'again', cost }
      written.set(`${generation}#${segment}`, to)
      return { outcome: 'moved', cost }
    },
  }
}
