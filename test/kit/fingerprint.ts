import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { aggregates, type Sample } from './aggregates.ts'

const fixture = z.object({
  stored: z.object({ type: z.string(), schema: z.number(), data: z.unknown() }),
  reads: z.unknown(),
})

/** The events of every schema ever released: as they were stored, and as they have to be read. */
export function fixturesOf(name: string): z.infer<typeof fixture>[] {
  const path = new URL(`../fixtures/events/${name}.json`, import.meta.url)
  return z.array(fixture).parse(JSON.parse(readFileSync(path, 'utf8')))
}

/**
 * What an aggregate's `evolve` does, in 16 characters: it folds the released events one after the other, and each of
 * them on every state that this leads to.
 */
export function fingerprintOf({ name, events, evolve, initial }: Sample['aggregate']): string {
  const released = fixturesOf(name).map(({ stored }) => events.decode(stored))
  const states = [initial]
  for (const event of released) states.push(evolve(states.at(-1), event))
  const after = states.map((state) => released.map((event) => evolve(state, event)))
  return hash('sha256', JSON.stringify([states, after]), 'hex').slice(0, 16)
}

/** Of every aggregate, as `domain/folds.ts` has to have them. */
export function fingerprints(): Record<string, string> {
  return Object.fromEntries(
    aggregates.map(({ aggregate }) => [aggregate.name, fingerprintOf(aggregate)] as const).sort(),
  )
}
