import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { aggregates } from '../../../domain/aggregates.ts'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
import { catalogue } from '../../../projections/publishing/catalogue.ts'

const { privateEvents, publicEventOf, publicEvents } = eventCatalogue
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const fixtures = z.array(
  z.object({ stored: z.object({ type: z.string(), schema: z.number(), data: z.unknown() }) }),
)
const personal = /@|Ann|email|name/i

/** The texts in stored data that a person wrote, or that are about a person. Erasure cannot reach the bus. */
function writtenTexts(data: unknown): unknown[] {
  return Object.entries(Object(data)).flatMap(([field, value]) =>
    /title|description|name|email/i.test(field) && value !== '' ? [value] : [],
  )
}

describe('the public events', () => {
  it('are all stored events that are not private, and no others', () => {
    const stored = aggregates.flatMap(({ events }) => Object.keys(events.schemas))
    const listed = [...publicEvents.map(({ type }) => type), ...Object.keys(privateEvents)]
    expect(listed.sort()).toEqual(stored.sort())
  })

  it.each(publicEvents.map((event) => [event.type, event] as const))('%s has a valid example', (_, event) => {
    expect(event.data.parse(event.example)).toEqual(event.example)
  })

  it.each(
    aggregates.map(({ name, events }) => [name, events] as const),
  )('can be made of every stored event of %s', (aggregate, codec) => {
    const released = fixtures.parse(JSON.parse(read(`test/fixtures/events/${aggregate}.json`)))
    for (const { stored } of released) {
      const event = codec.decode(stored)
      const made = publicEventOf(event.type)?.publish({ ...event, id: '1' })
      if (made === undefined) continue
      expect(JSON.stringify(made)).not.toMatch(personal)
      for (const text of writtenTexts(stored.data)) expect(JSON.stringify(made)).not.toContain(text)
    }
  })

  it('are described in docs/events.md; run `npm run events` if this fails', () => {
    expect(read('docs/events.md')).toBe(catalogue(aggregates))
  })
})
