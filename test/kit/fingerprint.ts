import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import type { Codec } from '../../domain/kernel/codec.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { counterItem } from '../../projections/engine/counters.ts'
import { feedItem, generationId, type Projection, rowItem } from '../../projections/engine/projection.ts'
import { appSamples, type Sample } from './aggregates.ts'

const fixture = z.object({
  stored: z.object({ type: z.string(), schema: z.number(), data: z.unknown() }),
  reads: z.unknown(),
})

/** The events of every schema ever released: as they were stored, and as they must be read. */
export function fixturesOf(name: string): z.infer<typeof fixture>[] {
  const path = new URL(`../fixtures/events/${name}.json`, import.meta.url)
  return z.array(fixture).parse(JSON.parse(readFileSync(path, 'utf8')))
}

/**
 * A digest, in 16 characters, of what an aggregate's `evolve` does. It folds the released events in turn,
 * and then folds each of them on every state reached.
 */
export function fingerprintOf({ name, events, evolve, initial }: Sample['aggregate']): string {
  const released = releasedEvents(name, events)
  const states = [initial]
  for (const event of released) states.push(evolve(states.at(-1), event))
  const after = states.map((state) => released.map((event) => evolve(state, event)))
  return hash('sha256', JSON.stringify([states, after]), 'hex').slice(0, 16)
}

function releasedEvents(name: string, { decode }: Codec<Event>): Event[] {
  return fixturesOf(name).map(({ stored }) => decode(stored))
}

/**
 * The fingerprints of all aggregates of the application, as `domain/generated/folds.ts` must contain them.
 */
export function fingerprints(): Record<string, string> {
  return Object.fromEntries(
    appSamples.map(({ aggregate }) => [aggregate.name, fingerprintOf(aggregate)] as const).sort(),
  )
}

/**
 * A digest, in 16 characters, of what a version of a projection does. It folds the released events in turn,
 * and then folds each of them on every state reached. It covers every row, counter and row of a feed, with
 * their keys.
 */
export function projectionFingerprintOf(
  projection: Projection<unknown, Event>,
  released: readonly Event[] = releasedEvents(projection.aggregate, projection.events),
): string {
  const id = 'id'
  const stream = streamName(projection.aggregate, id)
  const name = generationId({ projection, generation: 1 })
  const occurrence = {
    stream,
    actorId: 'actor',
    correlationId: 'correlation',
    causationId: 'causation',
  }
  const recorded = released.map((event, index) => ({
    ...event,
    ...occurrence,
    version: index + 1,
    at: `2026-01-${String(index + 10)}T12:00:00.000Z`,
  }))
  const shown = (state: unknown) => [
    state,
    projection.render(state, id).map((row) => rowItem(name, stream, row)),
    (projection.count?.(state, id) ?? []).map((counter) => counterItem(name, stream, counter)),
  ]
  const states = [projection.initial]
  for (const event of recorded) states.push(projection.evolve(states.at(-1), event))
  const after = states.map((state) =>
    recorded.map((event) => {
      const next = projection.evolve(state, event)
      const { rows = [], counters = [] } = projection.record?.(event, next, id) ?? {}
      return [
        shown(next),
        rows.map((row) => feedItem(name, stream, event.version, row)),
        counters.map((counter) => counterItem(name, stream, counter)),
      ]
    }),
  )
  return hash('sha256', JSON.stringify([states.map(shown), after]), 'hex').slice(0, 16)
}

/**
 * The fingerprints of every version of every projection, as `test/fixtures/projections.json` must contain
 * them.
 */
export function projectionFingerprints(): Record<string, string> {
  const all = appSamples.flatMap(({ generations }) => generations)
  return Object.fromEntries(
    all
      .map(({ projection }) => {
        const { name, version } = projection
        return [`${name}.v${version}`, projectionFingerprintOf(projection)] as const
      })
      .sort(),
  )
}
