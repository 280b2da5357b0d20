import type { Event } from '../domain/kernel/event.ts'
import type { StreamName } from '../domain/kernel/stream.ts'
import { type CatchUpOptions, type CaughtUp, catchUp } from './engine/catch-up.ts'
import { type Generation, generationId } from './engine/projection.ts'
import { type Refold, refold } from './engine/refold.ts'
import { projects } from './projects/v1/queries.ts'
import { users } from './users/v1/queries.ts'

/** A generation as those see it who only keep it up to date. */
export interface LiveGeneration {
  readonly id: string
  /** Name of the projection: all of its versions and generations have it. */
  readonly projection: string
  readonly aggregate: string
  readonly catchUp: (stream: StreamName, options: CatchUpOptions) => Promise<CaughtUp<unknown>>
  /** For a verification. */
  readonly refold: (stream: StreamName) => Refold
}

/** Hides what only its own functions know of: its state and its events. */
export function live<State, E extends Event>(generation: Generation<State, E>): LiveGeneration {
  return {
    id: generationId(generation),
    projection: generation.projection.name,
    aggregate: generation.projection.aggregate,
    catchUp: (stream, options) => catchUp(generation, stream, options),
    refold: (stream) => refold(generation, stream),
  }
}

/** Every generation that is kept up to date and read. */
export const generations: readonly LiveGeneration[] = [live(projects), live(users)]

export function generationsOf(aggregate: string): readonly LiveGeneration[] {
  return generations.filter((generation) => generation.aggregate === aggregate)
}

/** The kinds of streams that some generation folds: what the stream mapping lets through. */
export const projectedAggregates: readonly string[] = [
  ...new Set(generations.map(({ aggregate }) => aggregate)),
]
