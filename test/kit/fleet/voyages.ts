import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { onDay } from '../../../projections/engine/daily-counter.ts'
import type { Contribution, Projection, Row } from '../../../projections/engine/projection.ts'
import { sailorRole, type VoyageEvent, voyageEvents } from './voyage-events.ts'

const sailor = z.strictObject({ sailorId: z.string(), role: sailorRole, since: z.string() })

/** The state that the read model keeps of a voyage, stored in the guard's item. */
const voyageState = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false) }),
  z.strictObject({
    exists: z.literal(true),
    captainId: z.string(),
    name: z.string(),
    postponed: z.boolean(),
    /** Without the captain. */
    crew: z.array(sailor),
    plannedAt: z.string(),
  }),
])

export type VoyageView = z.infer<typeof voyageState>

/** A note, a ship and cabins change nothing here. The guard still moves past those events. */
function evolve(state: VoyageView, event: Recorded<VoyageEvent>): VoyageView {
  if (event.type === 'VoyagePlanned')
    return { exists: true, ...event.data, postponed: false, crew: [], plannedAt: event.at }
  if (!state.exists) return state
  const others = (sailorId: string) => state.crew.filter((other) => other.sailorId !== sailorId)
  switch (event.type) {
    case 'VoyageRenamed':
      return { ...state, name: event.data.name }
    case 'VoyagePostponed':
      return { ...state, postponed: true }
    case 'VoyageResumed':
      return { ...state, postponed: false }
    case 'SailorJoined':
    case 'SailorRoleChanged': {
      const { sailorId } = event.data
      const since = state.crew.find((other) => other.sailorId === sailorId)?.since ?? event.at
      return { ...state, crew: [...others(sailorId), { ...event.data, since }] }
    }
    case 'SailorLeft':
      return { ...state, crew: others(event.data.sailorId) }
    case 'NoteWritten':
    case 'ShipChartered':
    case 'ShipReturned':
    case 'CabinsFitted':
      return state
  }
}

/** Two rows for each person aboard: one in the person's list of voyages, one in the voyage's list of people. */
function render(state: VoyageView, id: string): readonly Row[] {
  if (!state.exists) return []
  const captain = { sailorId: state.captainId, role: 'captain', since: state.plannedAt } as const
  const aboard = [captain, ...state.crew.filter(({ sailorId }) => sailorId !== state.captainId)]
  return aboard.flatMap(({ sailorId, role, since }): Row[] => [
    { partition: voyagesOf(sailorId), sort: state.plannedAt, data: {} },
    { partition: crewOf(id), sort: `${since}#${sailorId}`, data: { sailorId, role } },
  ])
}

/** Every event leaves a row in the voyage's log. A plan also counts on its day. */
function record({ type, at, actorId }: Recorded<VoyageEvent>, _: VoyageView, id: string): Contribution {
  return {
    rows: [{ partition: logOf(id), sort: at, data: { type, at, actorId } }],
    counters: type === 'VoyagePlanned' ? [onDay(at, { voyages: 1 })] : [],
  }
}

/** Whether a person is aboard: the captain or one of the crew. */
export function isAboard(state: VoyageView, personId: string): boolean {
  return (
    state.exists && (state.captainId === personId || state.crew.some(({ sailorId }) => sailorId === personId))
  )
}

/** The partition of a person's list of voyages. */
export function voyagesOf(personId: string): string {
  return `voyages-of#${personId}`
}

/** The partition of a voyage's list of people. */
export function crewOf(voyageId: string): string {
  return `crew-of#${voyageId}`
}

/** The partition of a voyage's log. */
export function logOf(voyageId: string): string {
  return `log-of#${voyageId}`
}

export const voyagesV1: Projection<VoyageView, VoyageEvent> = {
  name: 'voyages',
  version: 1,
  aggregate: 'voyage',
  events: voyageEvents,
  state: voyageState,
  initial: { exists: false },
  evolve,
  render,
  record,
}

/** The next version: it also counts the crew of all voyages that are not postponed. */
export const voyagesV2: Projection<VoyageView, VoyageEvent> = {
  ...voyagesV1,
  version: 2,
  count: (state) =>
    state.exists && !state.postponed
      ? [{ partition: 'afloat', sort: 'crew', amounts: { sailors: state.crew.length } }]
      : [],
}
