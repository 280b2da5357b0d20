import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { codec } from '../../../domain/kernel/codec.ts'
import type { Commit } from '../../../domain/kernel/event.ts'

const events = codec({
  PriceSet: {
    schema: 3,
    data: z.strictObject({ amount: z.number(), currency: z.string() }),
    upcast: {
      1: (data) => ({ amount: Number(data) }),
      2: (data) => ({ ...(data as object), currency: 'EUR' }),
    },
  },
})
const set = { type: 'PriceSet', data: { amount: 5, currency: 'EUR' } } as const

describe('a codec', () => {
  it('stores an event under its newest schema and reads it back', () => {
    const stored = events.encode(set)
    expect(stored).toEqual({ ...set, schema: 3 })
    expect(events.decode(stored)).toEqual(set)
  })

  it.each([
    { schema: 1, data: 5 },
    { schema: 2, data: { amount: 5 } },
  ])('upcasts schema $schema to the newest', ({ schema, data }) => {
    expect(events.decode({ type: 'PriceSet', schema, data })).toEqual(set)
  })

  it.each([
    ['an unknown type', { type: 'PriceForgotten', schema: 1, data: {} }],
    ['a type that is the name of an Object method', { type: 'constructor', schema: 1, data: {} }],
    ['a schema from the future', { type: 'PriceSet', schema: 4, data: set.data }],
    ['a schema of 0', { type: 'PriceSet', schema: 0, data: set.data }],
    ['a schema that is not an integer', { type: 'PriceSet', schema: 1.5, data: set.data }],
    ['data of another shape', { type: 'PriceSet', schema: 3, data: { amount: 'five', currency: 'EUR' } }],
    ['data with an additional field', { type: 'PriceSet', schema: 3, data: { ...set.data, tax: 1 } }],
  ])('finds %s unreadable, and never skips it', (_, stored) => {
    expect(() => events.decode(stored)).toThrow(expect.objectContaining({ code: 'unreadable' }))
  })

  it('does not store data of another shape', () => {
    const wrong = { type: 'PriceSet', data: { amount: Number.NaN, currency: 'EUR' } } as const
    expect(() => events.encode(wrong)).toThrow(expect.objectContaining({ code: 'unreadable' }))
  })

  it('throws immediately if an upcaster is missing', () => {
    expect(() => codec({ Moved: { schema: 2, data: z.string() } })).toThrow(
      'Moved has schema 2 but no upcaster from schema 1',
    )
  })

  it('gives the events of a commit their versions, from the requested one', () => {
    const commit: Commit = {
      stream: 'price-1',
      version: 4,
      events: [set, set, set].map((event) => events.encode(event)),
      commandId: 'c',
      digest: 'd',
      at: '2026-01-01T00:00:00.000Z',
      actorId: 'ann',
      correlationId: 'x',
      causationId: 'y',
    }
    expect([...events.decodeCommit(commit)].map(({ version }) => version)).toEqual([4, 5, 6])
    expect([...events.decodeCommit(commit, 6)].map(({ version, stream }) => ({ version, stream }))).toEqual([
      { version: 6, stream: 'price-1' },
    ])
  })

  it.each([
    ['of an unknown type', { type: 'Unknown', schema: 1, data: {} }],
    ['of a schema from the future', { type: 'PriceSet', schema: 4, data: set.data }],
  ])('reads the events of a commit up to one %s, and never skips that', (_, unreadable) => {
    const commit: Commit = {
      stream: 'price-1',
      version: 1,
      events: [events.encode(set), unreadable, events.encode(set)],
      commandId: 'c',
      digest: 'd',
      at: '2026-01-01T00:00:00.000Z',
      actorId: 'ann',
      correlationId: 'x',
      causationId: 'y',
    }
    const iterator = events.decodeCommit(commit)[Symbol.iterator]()
    expect(iterator.next().value).toMatchObject({ version: 1 })
    expect(() => iterator.next()).toThrow(expect.objectContaining({ code: 'unreadable' }))
  })
})
