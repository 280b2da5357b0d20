import type { StoredEvent } from '../../../domain/kernel/event.ts'
import { type VoyageEvent, voyageEvents } from './voyage-events.ts'

/** The events of the voyages in the engine's tests. Ann is the captain. */
export const planned: VoyageEvent = { type: 'VoyagePlanned', data: { captainId: 'ann', name: 'Atlas' } }
export const renamed = (name: string): VoyageEvent => ({ type: 'VoyageRenamed', data: { name } })
export const noted = (note: string): VoyageEvent => ({ type: 'NoteWritten', data: { note } })
export const fitted = (cabins: number): VoyageEvent => ({ type: 'CabinsFitted', data: { cabins } })
export const joined = (sailorId: string): VoyageEvent => ({
  type: 'SailorJoined',
  data: { sailorId, role: 'hand' },
})
export const left = (sailorId: string): VoyageEvent => ({ type: 'SailorLeft', data: { sailorId } })
export const postponed: VoyageEvent = { type: 'VoyagePostponed', data: {} }
export const resumed: VoyageEvent = { type: 'VoyageResumed', data: {} }

/** An event as the event store holds it. */
export const stored = (event: VoyageEvent): StoredEvent => voyageEvents.encode(event)

/** A stored event of a type that no code knows. */
export const wrecked: StoredEvent = { type: 'VoyageWrecked', schema: 1, data: {} }
