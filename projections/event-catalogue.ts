import { aggregateNamed } from '../domain/aggregates.ts'
import type { EventCatalogue } from './publishing/event-catalogue.ts'
import { publicEventOf } from './publishing/public-events.ts'

/** The events of every aggregate, and the public form of those that leave. */
export const eventCatalogue: EventCatalogue = {
  codecOf: (category) => aggregateNamed(category).events,
  publicEventOf,
}
