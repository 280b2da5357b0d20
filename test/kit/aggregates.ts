import { existsSync } from 'node:fs'
import type fc from 'fast-check'
import { aggregates } from '../../domain/aggregates.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { Generation } from '../../projections/engine/projection.ts'
import type { ProjectionVersions } from '../../projections/generations/projection-versions.ts'
import { versions } from '../../projections/versions.ts'
import { fleetAggregates, nextFleetVersions } from './fleet/fleet.ts'

/** The exports of an aggregate's file in `test/kit/arbitraries`. */
interface Drawn {
  readonly command: fc.Arbitrary<Command>
  /** Any event, whether or not the decider would emit it in that state. */
  readonly event: fc.Arbitrary<Event>
  /** Whether every person has such an aggregate before its first event. */
  readonly innate?: boolean
}

/** An aggregate with its arbitraries, and every version of the projections that fold it. */
export interface Sample extends Drawn {
  readonly aggregate: Aggregate<unknown, Command, Event>
  readonly generations: readonly Generation<unknown, Event>[]
}

/** The aggregates of the application. */
export const appSamples = await samplesOf(aggregates, versions)

/** The aggregates that exist only for tests. */
export const fleetSamples = await samplesOf(fleetAggregates, nextFleetVersions)

/** Every aggregate. A law that holds for all aggregates is tested on each. */
export const samples = [...fleetSamples, ...appSamples]

/** The sample of the category with this name. */
export function sampleOf(name: string): Sample {
  const found = samples.find(({ aggregate }) => aggregate.name === name)
  if (found === undefined) throw new Error(`no aggregate is named ${name}`)
  return found
}

function samplesOf(
  some: readonly Sample['aggregate'][],
  { all }: ProjectionVersions,
): Promise<readonly Sample[]> {
  return Promise.all(
    some.map(async (aggregate) => ({
      aggregate,
      ...(await drawnFor(aggregate.name)),
      generations: all
        .filter((version) => version.aggregate === aggregate.name)
        .map(({ projection }) => ({ projection, generation: 1 })),
    })),
  )
}

/** The arbitraries of an aggregate. Throws an Error that says which file to write if there is none. */
export async function drawnFor(name: string): Promise<Drawn> {
  const file = `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`
  const url = new URL(`./arbitraries/${file}`, import.meta.url)
  const drawn: Partial<Drawn> = existsSync(url) ? await import(url.href) : {}
  const { command, event, innate = false } = drawn
  if (command === undefined || event === undefined) {
    throw new Error(
      `Write test/kit/arbitraries/${file}. It exports two arbitraries of fast-check: \`command\` draws the commands ` +
        `of ${name}, \`event\` draws its events. The laws of every aggregate are tested with them.`,
    )
  }
  return { command, event, innate }
}
