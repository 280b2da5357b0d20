import * as z from 'zod/mini'
import type { Projection } from '../../../projections/engine/projection.ts'
import { type HarbourEvent, harbour } from './harbour.ts'

const harbourState = z.strictObject({ open: z.boolean() })

/** A read model without rows: the guard's item holds all that it shows. */
export const harboursV1: Projection<z.infer<typeof harbourState>, HarbourEvent> = {
  name: 'harbours',
  version: 1,
  aggregate: 'harbour',
  events: harbour.events,
  state: harbourState,
  initial: { open: false },
  evolve: (_, { type }) => ({ open: type === 'HarbourOpened' }),
  render: () => [],
}
