import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../../../domain/kernel/codec.ts'
import type { Aggregate } from '../../../domain/kernel/decider.ts'
import { Problem } from '../../../domain/kernel/problem.ts'

/** The second category of streams, as small as an aggregate can be: everyone may call at a harbour that is open. */
export type HarbourState = { readonly status: 'none' | 'open' | 'closed' }

export type HarbourCommand = {
  readonly type: 'open-harbour' | 'close-harbour'
  readonly actorId: string
}

const definitions = {
  HarbourOpened: { schema: 1, data: z.strictObject({}) },
  HarbourClosed: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type HarbourEvent = EventOf<typeof definitions>

export const harbour: Aggregate<HarbourState, HarbourCommand, HarbourEvent> = {
  name: 'harbour',
  events: codec(definitions),
  fold: 'harbour fold 1',
  initial: { status: 'none' },
  evolve: (_, { type }) => ({ status: type === 'HarbourOpened' ? 'open' : 'closed' }),
  decide({ type }, { status }) {
    if (type === 'open-harbour') return status === 'open' ? [] : [{ type: 'HarbourOpened', data: {} }]
    if (status === 'none') throw new Problem('not-found', 'There is no such harbour.')
    return status === 'closed' ? [] : [{ type: 'HarbourClosed', data: {} }]
  },
  knownTo: ({ status }) => status !== 'none',
}
