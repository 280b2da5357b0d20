import * as z from 'zod/mini'
import { stateAfter } from '../../../commands/execution/cached-state.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { AccessPorts, Register } from '../../../commands/http/access.ts'
import { idOf } from '../../../commands/http/contract-fields.ts'
import type { FeatureContract } from '../../../commands/http/contract-types.ts'
import type { HandlersOf, Target } from '../../../commands/http/handler-types.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { type SailorCommand, sailor } from './sailor.ts'
import { type VoyageCommand, voyage } from './voyage.ts'
import { sailorRole } from './voyage-events.ts'

const voyageId = idOf('Id of the voyage')
const sailorId = idOf('Id of a person')
const name = z.string().check(z.minLength(1), z.maxLength(200))
const change = { creates: false } as const

/** The commands of the fleet, as a command API offers them. */
export const fleetCommands = {
  'change-name': { ...change, summary: 'Change your name', body: z.strictObject({ name }) },
  retire: { ...change, summary: 'Close your account', body: z.strictObject({}) },
  'plan-voyage': { summary: 'Plan a voyage', creates: true, body: z.strictObject({ name }) },
  'rename-voyage': { ...change, summary: 'Rename a voyage', body: z.strictObject({ voyageId, name }) },
  'write-note': { ...change, summary: 'Write a note', body: z.strictObject({ voyageId, note: z.string() }) },
  'charter-ship': { ...change, summary: 'Charter a ship', body: z.strictObject({ voyageId, ship: name }) },
  'return-ship': { ...change, summary: 'Return the ship', body: z.strictObject({ voyageId }) },
  'sign-on': {
    ...change,
    summary: 'Take a sailor aboard',
    body: z.strictObject({ voyageId, sailorId, role: sailorRole }),
  },
  'sign-off': { ...change, summary: 'Let a sailor go', body: z.strictObject({ voyageId, sailorId }) },
  'postpone-voyage': { ...change, summary: 'Postpone a voyage', body: z.strictObject({ voyageId }) },
  'resume-voyage': { ...change, summary: 'Resume a voyage', body: z.strictObject({ voyageId }) },
} as const satisfies FeatureContract['commands']

function onVoyage(id: string, command: VoyageCommand): Target {
  const stream = streamName(voyage.name, id)
  return { id, stream, execute: (ids, options) => execute(voyage, { ...ids, stream, command }, options) }
}

function onSailor(command: SailorCommand): Target {
  const id = command.actorId
  const stream = streamName(sailor.name, id)
  return { id, stream, execute: (ids, options) => execute(sailor, { ...ids, stream, command }, options) }
}

/** Turns the body of each command into a command on a stream. */
export const fleetHandlers: HandlersOf<{ readonly commands: typeof fleetCommands }> = {
  'change-name': (body, { actorId }) => onSailor({ type: 'change-name', actorId, ...body }),
  retire: (_, { actorId }) => ({ ...onSailor({ type: 'retire', actorId }), closesAccount: true }),
  'plan-voyage': (body, { actorId, createdId }) =>
    onVoyage(createdId, { type: 'plan-voyage', actorId, ...body }),
  'rename-voyage': ({ voyageId, ...order }, { actorId }) =>
    onVoyage(voyageId, { type: 'rename-voyage', actorId, ...order }),
  'write-note': ({ voyageId, ...order }, { actorId }) =>
    onVoyage(voyageId, { type: 'write-note', actorId, ...order }),
  'charter-ship': ({ voyageId, ...order }, { actorId }) =>
    onVoyage(voyageId, { type: 'charter-ship', actorId, ...order }),
  'return-ship': ({ voyageId }, { actorId }) => onVoyage(voyageId, { type: 'return-ship', actorId }),
  'sign-on': ({ voyageId, ...order }, { actorId }) =>
    onVoyage(voyageId, { type: 'sign-on', actorId, ...order }),
  'sign-off': ({ voyageId, ...order }, { actorId }) =>
    onVoyage(voyageId, { type: 'sign-off', actorId, ...order }),
  'postpone-voyage': ({ voyageId }, { actorId }) => onVoyage(voyageId, { type: 'postpone-voyage', actorId }),
  'resume-voyage': ({ voyageId }, { actorId }) => onVoyage(voyageId, { type: 'resume-voyage', actorId }),
}

/** Reads the status of an account from its stream. */
export function fleetAccountStatus(store: Pick<EventStore, 'load'>): AccessPorts['accountStatusOf'] {
  return async ({ userId, deadline }) => {
    const loaded = await store.load(streamName(sailor.name, userId), deadline, { fold: sailor.fold })
    const { status } = stateAfter(sailor, sailor.initial, loaded)
    const { commits, cost } = loaded
    if (status === 'retired')
      return { accountStatus: { status: 'deleted', by: commits.at(-1)?.commandId }, cost }
    return { accountStatus: { status: status === 'none' ? 'unknown' : 'registered' }, cost }
  }
}

/** Enlists a person at their first request. It does nothing for a person who has enlisted or retired. */
export function enlistIn(store: EventStore, clock: Clock): Register {
  return async ({ userId, correlationId, deadline }) => {
    const command = { type: 'enlist', actorId: userId, name: userId } as const
    const stream = streamName(sailor.name, userId)
    const ids = { commandId: `enlist ${userId}`, digest: '', correlationId, causationId: correlationId }
    await execute(sailor, { stream, command, ...ids }, { store, clock, deadline })
  }
}
