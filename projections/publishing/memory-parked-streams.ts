import type { StreamName } from '../../domain/kernel/stream.ts'
import type { ParkedIndex } from '../engine/parked-index.ts'
import { type Mark, markKey, type ParkedStreams } from './parked-streams.ts'

/** Marks in memory, for tests and simulations. */
export function createMemoryParkedStreams(): ParkedStreams &
  ParkedIndex & { readonly all: () => Map<StreamName, Mark> } {
  const all = new Map<StreamName, Mark>()
  return {
    async read(streams) {
      const marks = new Map<StreamName, Mark>()
      for (const stream of streams) {
        const mark = all.get(stream)
        if (mark !== undefined) marks.set(stream, mark)
      }
      const requests = Math.ceil(streams.length / 100)
      return { marks, cost: { requests, readUnits: streams.length, writeUnits: 0 } }
    },

    async move(stream, from, to) {
      const cost = { requests: 1, readUnits: 0, writeUnits: 1 }
      const standing = all.get(stream)
      if (standing?.version !== from?.version || standing?.at !== from?.at) return { outcome: 'again', cost }
      if (to === undefined) all.delete(stream)
      else all.set(stream, to)
      return { outcome: 'moved', cost }
    },

    async parkedKeys() {
      const keys = [...all.keys()].sort().map(markKey)
      return { keys, cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    all: () => new Map(all),
  }
}
