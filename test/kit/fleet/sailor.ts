import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../../../domain/kernel/codec.ts'
import type { Aggregate } from '../../../domain/kernel/decider.ts'
import { accountDeleted, Problem } from '../../../domain/kernel/problem.ts'

/** The second category of streams: a person's account, in the stream `sailor-<id of the person>`. */
export type SailorState =
  | { readonly status: 'none' }
  | { readonly status: 'retired' }
  | { readonly status: 'enlisted'; readonly name: string }

export type SailorCommand = { readonly actorId: string } & (
  | { readonly type: 'enlist'; readonly name: string }
  | { readonly type: 'change-name'; readonly name: string }
  | { readonly type: 'retire' }
)

const definitions = {
  SailorEnlisted: { schema: 1, data: z.strictObject({ name: z.string() }) },
  SailorRenamed: { schema: 1, data: z.strictObject({ name: z.string() }) },
  SailorRetired: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type SailorEvent = EventOf<typeof definitions>

function evolve(state: SailorState, event: SailorEvent): SailorState {
  switch (event.type) {
    case 'SailorEnlisted':
      return { status: 'enlisted', name: event.data.name }
    case 'SailorRenamed':
      return state.status === 'enlisted' ? { ...state, name: event.data.name } : state
    case 'SailorRetired':
      return { status: 'retired' }
  }
}

function decide(command: SailorCommand, state: SailorState): readonly SailorEvent[] {
  if (state.status === 'retired') {
    if (command.type === 'retire') return []
    throw accountDeleted()
  }
  if (command.type === 'enlist')
    return state.status === 'enlisted' ? [] : [{ type: 'SailorEnlisted', data: { name: command.name } }]
  if (state.status === 'none') throw new Problem('not-found', 'You have not enlisted yet.')
  if (command.type === 'retire') return [{ type: 'SailorRetired', data: {} }]
  return state.name === command.name ? [] : [{ type: 'SailorRenamed', data: { name: command.name } }]
}

export const sailor: Aggregate<SailorState, SailorCommand, SailorEvent> = {
  name: 'sailor',
  events: codec(definitions),
  fold: 'sailor fold 1',
  initial: { status: 'none' },
  evolve,
  decide,
  // A person sends commands only to their own stream.
  knownTo: ({ status }) => status !== 'none',
}
