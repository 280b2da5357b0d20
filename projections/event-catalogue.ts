import { aggregates } from '../domain/aggregates.ts'
import { eventCatalogueOf } from './publishing/event-catalogue.ts'

/** The events of every aggregate, and the public form of the published ones. */
export const eventCatalogue = eventCatalogueOf(aggregates)
