import type { Codec } from '../../domain/kernel/codec.ts'
import { aggregatesNamed, type Command, type PublishedAggregate } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { CatalogueEntry } from '../../domain/kernel/publication.ts'

/** The part of a public event's definition that the forwarder needs. */
export type PublicForm = Pick<CatalogueEntry, 'schema' | 'publish'>

/** The events that the forwarder can read, and the public form of the published ones. */
export interface EventCatalogue {
  /** The codec of a category's events. Throws `unreadable` for a category that this code does not have. */
  codecOf(category: string): Codec<Event>
  /** The public form of a type of event; undefined for a private type. */
  publicEventOf(type: string): PublicForm | undefined
}

/** The catalogue with all the content of its document. */
export interface WholeCatalogue extends EventCatalogue {
  publicEventOf(type: string): CatalogueEntry | undefined
  readonly publicEvents: readonly CatalogueEntry[]
  /** Why the other events are private, by type. */
  readonly privateEvents: Readonly<Record<string, string>>
}

/** Any aggregate, with its decisions about public events. */
export type AnyPublished = PublishedAggregate<unknown, Command, Event>

/** Derives the catalogue from the aggregates. Each aggregate declares its own public events. */
export function eventCatalogueOf(aggregates: readonly AnyPublished[]): WholeCatalogue {
  const aggregateNamed = aggregatesNamed(aggregates)
  const publicEvents = aggregates.flatMap(({ publication }) => publication.public)
  const byType = new Map(publicEvents.map((event) => [event.type, event]))
  return {
    codecOf: (category) => aggregateNamed(category).events,
    publicEventOf: (type) => byType.get(type),
    publicEvents,
    privateEvents: Object.assign({}, ...aggregates.map(({ publication }) => publication.private)),
  }
}
