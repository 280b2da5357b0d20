import fc from 'fast-check'
import type { HarbourCommand, HarbourEvent } from '../fleet/harbour.ts'

export const command: fc.Arbitrary<HarbourCommand> = fc.record({
  type: fc.constantFrom('open-harbour' as const, 'close-harbour' as const),
  actorId: fc.constantFrom('ann', 'bob'),
})

/** Any event, whether or not the decider would emit it there. */
export const event: fc.Arbitrary<HarbourEvent> = fc.record({
  type: fc.constantFrom('HarbourOpened' as const, 'HarbourClosed' as const),
  data: fc.constant({}),
})
