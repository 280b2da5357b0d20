import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { aggregates } from '../kit/aggregates.ts'

const fixture = z.object({
  stored: z.object({ type: z.string(), schema: z.number(), data: z.unknown() }),
  reads: z.unknown(),
})

/** What was ever stored has to be readable for good: a fixture of every event schema ever released stays here. */
describe.each(aggregates)('the released events of $aggregate.name', ({ aggregate: { name, events } }) => {
  const path = new URL(`../fixtures/events/${name}.json`, import.meta.url)
  const fixtures = z.array(fixture).parse(JSON.parse(readFileSync(path, 'utf8')))

  it.each(fixtures)('are read: $stored.type, schema $stored.schema', ({ stored, reads }) => {
    expect(events.decode(stored)).toEqual(reads)
  })

  it('have a fixture for every schema', () => {
    const wanted = Object.entries(events.schemas).flatMap(([type, newest]) =>
      Array.from({ length: newest }, (_, index) => `${type} ${index + 1}`),
    )
    expect(fixtures.map(({ stored }) => `${stored.type} ${stored.schema}`).sort()).toEqual(wanted.sort())
  })
})
