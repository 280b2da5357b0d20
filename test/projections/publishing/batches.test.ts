import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batches,
  entryBytes,
  maxRequestBytes,
  maxRequestEntries,
} from '../../../projections/publishing/batches.ts'
import type { BusEntry } from '../../../projections/publishing/event-bus.ts'

const entryOf = (detail: string): BusEntry => ({
  source: 'annals',
  detailType: 'VoyagePlanned',
  time: '2026-01-01T00:00:00.000Z',
  detail,
})
const bytesOf = (batch: readonly { entry: BusEntry }[]) =>
  batch.reduce((sum, { entry }) => sum + entryBytes(entry), 0)
const fits = (batch: readonly { entry: BusEntry }[]) =>
  batch.length <= maxRequestEntries && bytesOf(batch) <= maxRequestBytes

/** Sizes around the limits: many small ones, and some that fill a request alone or with another. */
const size = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2000 }) },
  fc.integer({ min: 90_000, max: 120_000 }),
  fc.constantFrom(maxRequestBytes - entryBytes(entryOf('')), maxRequestBytes / 2 - entryBytes(entryOf(''))),
)

describe('the entries of a request', () => {
  it('count 14 bytes for the time, and the other fields in UTF-8', () => {
    expect(entryBytes({ source: 'annals', detailType: 'Tö', time: '2026', detail: '{"a":"é€😀"}' })).toBe(
      14 + 6 + 3 + 17,
    )
  })

  it('are packed in order, whole, and into requests that AWS accepts, with none that would have fitted into the previous one', () => {
    fc.assert(
      fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
        const items = sizes.map((length, id) => ({ id, entry: entryOf('x'.repeat(length)) }))
        const packed = batches(items)
        expect(packed.flat().map(({ id }) => id)).toEqual(items.map(({ id }) => id))
        for (const [index, batch] of packed.entries()) {
          expect(batch.length).toBeGreaterThan(0)
          expect(fits(batch)).toBe(true)
          const [next] = packed[index + 1] ?? []
          if (next !== undefined) expect(fits([...batch, next])).toBe(false)
        }
      }),
    )
  })
})
