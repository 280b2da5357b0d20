import * as z from 'zod/mini'
import type { Projection } from '../../../projections/engine/projection.ts'
import { type VoyageEvent, voyageEvents } from './voyage-events.ts'

const cabinsState = z.strictObject({ name: z.string(), cabins: z.int() })

export type CabinsView = z.infer<typeof cabinsState>

/**
 * A projection that uses every feature of the engine. Each cabin has a row with the name of its voyage, so
 * one event can change more rows than one write holds. It counts the cabins, and it lists and counts the
 * events.
 */
export const cabinsV1: Projection<CabinsView, VoyageEvent> = {
  name: 'cabins',
  version: 1,
  aggregate: 'voyage',
  events: voyageEvents,
  state: cabinsState,
  initial: { name: '', cabins: 0 },
  evolve(state, { type, data }) {
    if (type === 'CabinsFitted') return { ...state, cabins: data.cabins }
    if (type === 'VoyagePlanned' || type === 'VoyageRenamed') return { ...state, name: data.name }
    return state
  },
  render: ({ name, cabins }) =>
    Array.from({ length: cabins }, (_, cabin) => ({
      partition: 'cabins',
      sort: `${cabin}`,
      data: { name, cabin, of: cabins },
    })),
  count: ({ cabins }) => [{ partition: 'fleet', sort: 'cabins', amounts: { cabins }, shards: 2 }],
  record: ({ type, at }, { name }) => ({
    rows: [{ partition: 'names', sort: at, data: { name } }],
    counters: [{ partition: 'fleet', sort: type, amounts: { events: 1 } }],
  }),
}
