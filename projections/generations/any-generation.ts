import type { Event } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { type CatchUpOptions, type CaughtUp, catchUp } from '../engine/catch-up.ts'
import { type Generation, generationId, type Projection } from '../engine/projection.ts'
import { type Refold, refold } from '../engine/refold.ts'

/**
 * A generation of any projection. The types of its state and its events are hidden. Only its own functions know them.
 */
export interface AnyGeneration {
  readonly id: string
  /** Name of the projection. All its versions and generations have the same name. */
  readonly projection: string
  readonly version: number
  readonly aggregate: string
  /** Whether its replay is still running. */
  readonly building?: boolean
  readonly catchUp: (stream: StreamName, options: CatchUpOptions) => Promise<CaughtUp<unknown>>
  /** Folds a stream from scratch, for a verification. */
  readonly refold: (stream: StreamName) => Refold
}

/** A version of a projection. It can have any number of generations. */
export interface ProjectionVersion {
  readonly name: string
  readonly version: number
  readonly aggregate: string
  /** The pure functions. The types of their state and events are hidden. */
  readonly projection: Projection<unknown, Event>
  readonly generation: (number: number) => AnyGeneration
}

/** Hides the types of a generation's state and events. */
export function anyGeneration<State, E extends Event>(generation: Generation<State, E>): AnyGeneration {
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

/** Hides the types of a projection's state and events. */
export function versionOf<State, E extends Event>(projection: Projection<State, E>): ProjectionVersion {
  const { name, version, aggregate } = projection
  return {
    name,
    version,
    aggregate,
    projection,
    generation: (generation) => anyGeneration({ projection, generation }),
  }
}
