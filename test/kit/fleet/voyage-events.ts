import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../../../domain/kernel/codec.ts'

/** A mate may rename the voyage and write notes; a hand reads. */
export const sailorRole = z.enum(['mate', 'hand'])
export type SailorRole = z.infer<typeof sailorRole>

const sailor = z.strictObject({ sailorId: z.string(), role: sailorRole })

const definitions = {
  VoyagePlanned: { schema: 1, data: z.strictObject({ captainId: z.string(), name: z.string() }) },
  VoyageRenamed: { schema: 1, data: z.strictObject({ name: z.string() }) },
  NoteWritten: { schema: 1, data: z.strictObject({ note: z.string() }) },
  VoyagePostponed: { schema: 1, data: z.strictObject({}) },
  VoyageResumed: { schema: 1, data: z.strictObject({}) },
  /** `shipKey` is the ship's name as it was compared at that time. The stream holds that key from then on. */
  ShipChartered: { schema: 1, data: z.strictObject({ ship: z.string(), shipKey: z.string() }) },
  ShipReturned: { schema: 1, data: z.strictObject({}) },
  CabinsFitted: { schema: 1, data: z.strictObject({ cabins: z.int() }) },
  SailorJoined: {
    schema: 2,
    data: sailor,
    // Before there were mates, everyone was a hand.
    upcast: { 1: (data) => ({ ...Object(data), role: 'hand' }) },
  },
  SailorRoleChanged: { schema: 1, data: sailor },
  SailorLeft: { schema: 1, data: z.strictObject({ sailorId: z.string() }) },
} as const satisfies EventDefinitions

export type VoyageEvent = EventOf<typeof definitions>

export const voyageEvents = codec(definitions)
