import type { Aggregate } from '../../../domain/kernel/decider.ts'
import { Problem, refusal } from '../../../domain/kernel/problem.ts'
import type { Reservation } from '../../../domain/kernel/reservation.ts'
import { type SailorRole, type VoyageEvent, voyageEvents } from './voyage-events.ts'

/** A voyage has a captain, a crew, and a ship that no other voyage has. */
export type VoyageState =
  | { readonly status: 'none' }
  | {
      readonly status: 'planned' | 'postponed'
      readonly captainId: string
      readonly name: string
      readonly note: string
      readonly cabins: number
      readonly ship?: Ship | undefined
      /** Without the captain. */
      readonly crew: readonly Sailor[]
    }

type Planned = Exclude<VoyageState, { status: 'none' }>
type Ship = Extract<VoyageEvent, { type: 'ShipChartered' }>['data']
type Sailor = Extract<VoyageEvent, { type: 'SailorJoined' }>['data']

/** An order without the person who gives it. */
export type VoyageOrder =
  | { readonly type: 'plan-voyage'; readonly name: string }
  | { readonly type: 'rename-voyage'; readonly name: string }
  | { readonly type: 'write-note'; readonly note: string }
  | { readonly type: 'charter-ship'; readonly ship: string }
  | { readonly type: 'return-ship' }
  | { readonly type: 'fit-cabins'; readonly cabins: number }
  | { readonly type: 'sign-on'; readonly sailorId: string; readonly role: SailorRole }
  | { readonly type: 'sign-off'; readonly sailorId: string }
  | { readonly type: 'postpone-voyage' }
  | { readonly type: 'resume-voyage' }

export type VoyageCommand = VoyageOrder & { readonly actorId: string }

type CommandOf<Type extends VoyageCommand['type']> = Extract<VoyageCommand, { type: Type }>

/** The key of a ship: two names that differ only in case are one ship. */
export function shipReservation(ship: string): Reservation {
  return { set: 'ship', key: ship.toLowerCase() }
}

function evolve(state: VoyageState, event: VoyageEvent): VoyageState {
  if (event.type === 'VoyagePlanned')
    return { status: 'planned', ...event.data, note: '', cabins: 0, crew: [] }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'VoyageRenamed':
    case 'NoteWritten':
    case 'CabinsFitted':
      return { ...state, ...event.data }
    case 'VoyagePostponed':
      return { ...state, status: 'postponed' }
    case 'VoyageResumed':
      return { ...state, status: 'planned' }
    case 'ShipChartered':
      return { ...state, ship: event.data }
    case 'ShipReturned':
      return { ...state, ship: undefined }
    case 'SailorJoined':
    case 'SailorRoleChanged':
      return { ...state, crew: [...without(state.crew, event.data.sailorId), event.data] }
    case 'SailorLeft':
      return { ...state, crew: without(state.crew, event.data.sailorId) }
  }
}

function decide(command: VoyageCommand, state: VoyageState): readonly VoyageEvent[] {
  if (command.type === 'plan-voyage') return plan(command, state)
  const { voyage, role } = seenBy(command.actorId, state)
  switch (command.type) {
    case 'rename-voyage':
      ensure(role !== 'hand')
      ensurePlanned(voyage)
      if (voyage.name === command.name) return []
      return [{ type: 'VoyageRenamed', data: { name: command.name } }]
    case 'write-note':
      ensure(role !== 'hand')
      ensurePlanned(voyage)
      if (voyage.note === command.note) return []
      return [{ type: 'NoteWritten', data: { note: command.note } }]
    case 'charter-ship':
      ensure(role === 'captain')
      return charter(command, voyage)
    case 'return-ship':
      ensure(role === 'captain')
      return voyage.ship === undefined ? [] : [{ type: 'ShipReturned', data: {} }]
    case 'fit-cabins':
      ensure(role === 'captain')
      if (voyage.cabins === command.cabins) return []
      return [{ type: 'CabinsFitted', data: { cabins: command.cabins } }]
    case 'sign-on':
      ensure(role === 'captain')
      return signOn(command, voyage)
    case 'sign-off':
      ensure(role === 'captain' || command.sailorId === command.actorId)
      return signOff(command, voyage)
    case 'postpone-voyage':
      ensure(role === 'captain')
      return voyage.status === 'postponed' ? [] : [{ type: 'VoyagePostponed', data: {} }]
    case 'resume-voyage':
      ensure(role === 'captain')
      return voyage.status === 'planned' ? [] : [{ type: 'VoyageResumed', data: {} }]
  }
}

function plan({ actorId, name }: CommandOf<'plan-voyage'>, state: VoyageState): readonly VoyageEvent[] {
  if (state.status !== 'none') return []
  return [{ type: 'VoyagePlanned', data: { captainId: actorId, name } }]
}

function charter({ ship }: CommandOf<'charter-ship'>, voyage: Planned): readonly VoyageEvent[] {
  if (voyage.ship?.ship === ship) return []
  return [{ type: 'ShipChartered', data: { ship, shipKey: shipReservation(ship).key } }]
}

function signOn({ sailorId, role }: CommandOf<'sign-on'>, voyage: Planned): readonly VoyageEvent[] {
  ensurePlanned(voyage)
  if (sailorId === voyage.captainId) throw refusal('captain-is-aboard', 'The captain is aboard already.')
  const sailor = voyage.crew.find((other) => other.sailorId === sailorId)
  if (sailor === undefined) return [{ type: 'SailorJoined', data: { sailorId, role } }]
  return sailor.role === role ? [] : [{ type: 'SailorRoleChanged', data: { sailorId, role } }]
}

function signOff({ sailorId }: CommandOf<'sign-off'>, voyage: Planned): readonly VoyageEvent[] {
  if (sailorId === voyage.captainId) throw refusal('captain-stays', 'The captain cannot leave the voyage.')
  if (!voyage.crew.some((sailor) => sailor.sailorId === sailorId)) return []
  return [{ type: 'SailorLeft', data: { sailorId } }]
}

/** The role of a person aboard; undefined for a stranger. */
function roleOf(state: VoyageState, personId: string): 'captain' | SailorRole | undefined {
  if (state.status === 'none') return undefined
  if (state.captainId === personId) return 'captain'
  return state.crew.find(({ sailorId }) => sailorId === personId)?.role
}

function seenBy(actorId: string, state: VoyageState) {
  const role = roleOf(state, actorId)
  if (state.status === 'none' || role === undefined)
    throw new Problem('not-found', 'There is no such voyage, or you are not aboard.')
  return { voyage: state, role }
}

function ensure(allowed: boolean): void {
  if (!allowed) throw new Problem('forbidden', 'Your role aboard does not allow it.')
}

function ensurePlanned({ status }: Planned): void {
  if (status === 'postponed') throw refusal('voyage-postponed', 'The voyage is postponed. Resume it first.')
}

function without(crew: readonly Sailor[], sailorId: string): Sailor[] {
  return crew.filter((sailor) => sailor.sailorId !== sailorId)
}

export const voyage: Aggregate<VoyageState, VoyageCommand, VoyageEvent> = {
  name: 'voyage',
  events: voyageEvents,
  fold: 'voyage fold 1',
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo: (state, actorId) => roleOf(state, actorId) !== undefined,
  holds: (state) =>
    state.status === 'none' || state.ship === undefined ? [] : [{ set: 'ship', key: state.ship.shipKey }],
  taken: () => ({
    code: 'ship-taken',
    detail: 'Another voyage has chartered this ship. Choose another.',
    path: '/ship',
  }),
}
