import fc from 'fast-check'
import type { VoyageCommand } from '../fleet/voyage.ts'
import type { SailorRole, VoyageEvent } from '../fleet/voyage-events.ts'

const actorId = fc.constantFrom('ann', 'bob')
const sailorId = fc.constantFrom('ann', 'bob', 'eve')
const role = fc.constantFrom<SailorRole>('mate', 'hand')
const word = fc.constantFrom('Atlas', 'Globe', 'Maps', '')
const ship = fc.constantFrom('Argo', 'ARGO', 'Beagle')
const cabins = fc.constantFrom(0, 3, 98, 120)
const nothing = fc.constant({})

export const command: fc.Arbitrary<VoyageCommand> = fc.oneof(
  fc.record({
    type: fc.constantFrom('plan-voyage' as const, 'rename-voyage' as const),
    actorId,
    name: word,
  }),
  fc.record({ type: fc.constant('write-note' as const), actorId, note: word }),
  fc.record({ type: fc.constant('charter-ship' as const), actorId, ship }),
  fc.record({ type: fc.constant('fit-cabins' as const), actorId, cabins }),
  fc.record({ type: fc.constant('sign-on' as const), actorId, sailorId, role }),
  fc.record({ type: fc.constant('sign-off' as const), actorId, sailorId }),
  fc.record({
    type: fc.constantFrom('return-ship' as const, 'postpone-voyage' as const, 'resume-voyage' as const),
    actorId,
  }),
)

/** Any event, whether or not the decider would emit it in that state. */
export const event: fc.Arbitrary<VoyageEvent> = fc.oneof(
  fc.record({
    type: fc.constant('VoyagePlanned' as const),
    data: fc.record({ captainId: actorId, name: word }),
  }),
  fc.record({ type: fc.constant('VoyageRenamed' as const), data: fc.record({ name: word }) }),
  fc.record({ type: fc.constant('NoteWritten' as const), data: fc.record({ note: word }) }),
  fc.record({
    type: fc.constant('ShipChartered' as const),
    data: ship.map((name) => ({ ship: name, shipKey: name.toLowerCase() })),
  }),
  fc.record({ type: fc.constant('CabinsFitted' as const), data: fc.record({ cabins }) }),
  fc.record({
    type: fc.constantFrom('SailorJoined' as const, 'SailorRoleChanged' as const),
    data: fc.record({ sailorId, role }),
  }),
  fc.record({ type: fc.constant('SailorLeft' as const), data: fc.record({ sailorId }) }),
  fc.record({
    type: fc.constantFrom('ShipReturned' as const, 'VoyagePostponed' as const, 'VoyageResumed' as const),
    data: nothing,
  }),
)
