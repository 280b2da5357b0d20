import fc from 'fast-check'
import type { SailorCommand, SailorEvent } from '../fleet/sailor.ts'

const actorId = fc.constant('ann')
const name = fc.constantFrom('Ann', 'Annie')

/** Commands that one person sends to their own stream. */
export const command: fc.Arbitrary<SailorCommand> = fc.oneof(
  fc.record({ type: fc.constantFrom('enlist' as const, 'change-name' as const), actorId, name }),
  fc.record({ type: fc.constant('retire' as const), actorId }),
)

/** Any event, whether or not the decider would emit it in that state. */
export const event: fc.Arbitrary<SailorEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom('SailorEnlisted' as const, 'SailorRenamed' as const),
    data: fc.record({ name }),
  }),
  fc.record({ type: fc.constant('SailorRetired' as const), data: fc.constant({}) }),
)
