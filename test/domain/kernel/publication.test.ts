import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../../../domain/kernel/codec.ts'
import { publication } from '../../../domain/kernel/publication.ts'

const definitions = {
  LampLit: {
    schema: 2,
    data: z.strictObject({ room: z.string(), by: z.string() }),
    upcast: { 1: (data) => data },
  },
  LampCleaned: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions
const events = codec(definitions)

const lit = {
  schema: 1,
  description: 'A lamp was lit.',
  data: z.object({ lampId: z.string(), room: z.string().check(z.minLength(1)) }),
  example: { lampId: '1', room: 'hall' },
}
const decided = publication(events, {
  LampLit: { ...lit, from: ({ id, data: { room } }) => ({ lampId: id, room }) },
  LampCleaned: { private: 'Nobody asks.' },
})

describe('a publication', () => {
  it('lists the public events and the reasons of the private ones', () => {
    expect(decided.public.map(({ type }) => type)).toEqual(['LampLit'])
    expect(decided.private).toEqual({ LampCleaned: 'Nobody asks.' })
  })

  it('creates the public data of a stored event, and adds nothing else from it', () => {
    const event = { id: '7', type: 'LampLit', data: { room: 'hall', by: 'ann' } }
    expect(decided.public[0]?.publish(event)).toEqual({ lampId: '7', room: 'hall' })
  })

  it('does not publish data that does not fit the public schema', () => {
    const event = { id: '7', type: 'LampLit', data: { room: '', by: 'ann' } }
    expect(() => decided.public[0]?.publish(event)).toThrow()
  })

  it('refuses a type that is never stored', () => {
    const more = { LampLit: { private: '' }, LampCleaned: { private: '' }, LampSold: { private: '' } }
    expect(() => publication(events, more)).toThrow('"LampSold"')
  })

  it('compiles only with a decision on every type, and with data of the right shape', () => {
    const room = z.object({ room: z.string() })
    type Decisions = Parameters<
      typeof publication<EventOf<typeof definitions>, { LampLit: typeof room; LampCleaned: unknown }>
    >[1]
    const all = {
      LampLit: { ...lit, data: room, example: { room: 'hall' }, from: () => ({ room: 'hall' }) },
      LampCleaned: { private: 'Nobody asks.' },
    }
    const misfit = { ...all, LampLit: { ...all.LampLit, from: () => ({ room: 1 }) } }
    expectTypeOf(all).toExtend<Decisions>()
    expectTypeOf(misfit).not.toExtend<Decisions>()
    expectTypeOf<Pick<typeof all, 'LampLit'>>().not.toExtend<Decisions>()
  })
})
