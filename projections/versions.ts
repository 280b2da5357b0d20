import type { Event } from '../domain/kernel/event.ts'
import type { StreamName } from '../domain/kernel/stream.ts'
import { type CatchUpOptions, type CaughtUp, catchUp } from './engine/catch-up.ts'
import { type Generation, generationId, type Projection } from './engine/projection.ts'
import { type Refold, refold } from './engine/refold.ts'
import { firstList, type GenerationList } from './generations/generation-list.ts'
import { projectsV1 } from './project/v1/projection.ts'
import { subscriptionsV1 } from './subscription/v1/projection.ts'
import { uploadsV1 } from './upload/v1/projection.ts'
import { usersV1 } from './user/v1/projection.ts'

/** A generation as those see it who only keep it up to date. */
export interface AnyGeneration {
  readonly id: string
  /** Name of the projection: all of its versions and generations have it. */
  readonly projection: string
  readonly version: number
  readonly aggregate: string
  /** Whether its replay is still on its way. */
  readonly building?: boolean
  readonly catchUp: (stream: StreamName, options: CatchUpOptions) => Promise<CaughtUp<unknown>>
  /** For a verification. */
  readonly refold: (stream: StreamName) => Refold
}

/** A version of a projection, of which there can be any number of generations. */
export interface ProjectionVersion {
  readonly name: string
  readonly version: number
  readonly aggregate: string
  readonly generation: (number: number) => AnyGeneration
}

/** Hides what only its own functions know of: its state and its events. */
export function live<State, E extends Event>(generation: Generation<State, E>): AnyGeneration {
  const { name, version, aggregate } = generation.projection
  return {
    id: generationId(generation),
    projection: name,
    version,
    aggregate,
    catchUp: (stream, options) => catchUp(generation, stream, options),
    refold: (stream) => refold(generation, stream),
  }
}

function versionOf<State, E extends Event>(projection: Projection<State, E>): ProjectionVersion {
  const { name, version, aggregate } = projection
  return { name, version, aggregate, generation: (generation) => live({ projection, generation }) }
}

/** Every version of every projection that is not cleaned up yet, the older ones of a projection first. */
export const versions: readonly ProjectionVersion[] = [
  versionOf(projectsV1),
  versionOf(usersV1),
  versionOf(subscriptionsV1),
  versionOf(uploadsV1),
]

export const projectionNames: readonly string[] = [...new Set(versions.map(({ name }) => name))]

/** The newest version of a projection. Throws an Error in one line for a name that none has. */
export function newestOf(name: string): ProjectionVersion {
  const newest = versions.findLast((version) => version.name === name)
  if (newest === undefined)
    throw new Error(`there is no projection ${name}, but ${projectionNames.join(', ')}`)
  return newest
}

/** A version of a projection, as far as this code has it. */
export function versionNumbered(name: string, number: number): ProjectionVersion | undefined {
  return versions.find((one) => one.name === name && one.version === number)
}

/** The list of a projection's generations where none is written: the first of its oldest version. */
export function listOf(name: string, lists: ReadonlyMap<string, GenerationList>): GenerationList {
  const oldest = versions.find((version) => version.name === name) ?? newestOf(name)
  const { id } = oldest.generation(1)
  return lists.get(name) ?? firstList({ id, version: oldest.version, generation: 1 })
}

/** The generations of one category. */
export type GenerationsOf = (aggregate: string) => readonly AnyGeneration[]

/** Those that there are where no list is written. */
export const generationsOf: GenerationsOf = (aggregate) =>
  projectionNames
    .flatMap((name) => versions.find((version) => version.name === name) ?? [])
    .map((oldest) => oldest.generation(1))
    .filter((generation) => generation.aggregate === aggregate)

/** The categories that some projection folds: the stream mapping lets only these through. */
export const projectedAggregates: readonly string[] = [...new Set(versions.map(({ aggregate }) => aggregate))]
