import { type AnyAggregate, aggregates } from '../../domain/aggregates.ts'
import type { CatalogueEntry } from '../../domain/kernel/publication.ts'

/** Every event that is stored. */
export type AnyEvent = ReturnType<(typeof aggregates)[number]['events']['decode']>
export type EventType = AnyEvent['type']

const all: readonly AnyAggregate[] = aggregates

/** The public events of all aggregates. Each feature decides on its own in `domain/<feature>/public-events.ts`. */
export const publicEvents: readonly CatalogueEntry[] = all.flatMap(({ publication }) => publication.public)

/** Why the other events stay here, by their types. */
export const privateEvents: Readonly<Record<string, string>> = Object.assign(
  {},
  ...all.map(({ publication }) => publication.private),
)

const byType = new Map(publicEvents.map((event) => [event.type, event]))

/** The catalogue's entry for a type of event; undefined for a private one. */
export function publicEventOf(type: string): CatalogueEntry | undefined {
  return byType.get(type)
}
