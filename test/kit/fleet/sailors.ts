import * as z from 'zod/mini'
import type { Projection } from '../../../projections/engine/projection.ts'
import { type SailorEvent, sailor } from './sailor.ts'

const sailorState = z.discriminatedUnion('status', [
  z.strictObject({ status: z.enum(['none', 'retired']) }),
  z.strictObject({ status: z.literal('enlisted'), name: z.string() }),
])

/** A read model without rows: the guard's item holds everything that it shows. */
export const sailorsV1: Projection<z.infer<typeof sailorState>, SailorEvent> = {
  name: 'sailors',
  version: 1,
  aggregate: 'sailor',
  events: sailor.events,
  state: sailorState,
  initial: { status: 'none' },
  evolve(state, event) {
    switch (event.type) {
      case 'SailorEnlisted':
        return { status: 'enlisted', name: event.data.name }
      case 'SailorRenamed':
        return state.status === 'enlisted' ? { ...state, name: event.data.name } : state
      case 'SailorRetired':
        return { status: 'retired' }
    }
  },
  render: () => [],
}
