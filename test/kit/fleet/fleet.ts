import { aggregatesNamed, type Command, type PublishedAggregate } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import { versionOf } from '../../../projections/generations/any-generation.ts'
import { projectionVersions } from '../../../projections/generations/projection-versions.ts'
import type { EventCatalogue } from '../../../projections/publishing/event-catalogue.ts'
import { cabinsV1 } from './cabins.ts'
import { sailorPublication, voyagePublication } from './public-events.ts'
import { sailor } from './sailor.ts'
import { sailorsV1 } from './sailors.ts'
import { voyage } from './voyage.ts'
import { voyagesV1, voyagesV2 } from './voyages.ts'

/**
 * The aggregates that exist only for tests. No application has them, so the engine's tests need no
 * application.
 */
export const fleetAggregates: readonly PublishedAggregate<unknown, Command, Event>[] = [
  { ...voyage, publication: voyagePublication },
  { ...sailor, publication: sailorPublication },
]

/** The fleet's projections in one deploy. */
export const fleetVersions = projectionVersions([
  versionOf(voyagesV1),
  versionOf(cabinsV1),
  versionOf(sailorsV1),
])

/** The projections of the next deploy, which adds a second version of one projection. */
export const nextFleetVersions = projectionVersions([...fleetVersions.all, versionOf(voyagesV2)])

/** The first generations: these are live until a list of generations is written. */
export const voyages = { projection: voyagesV1, generation: 1 }
export const cabins = { projection: cabinsV1, generation: 1 }

/** The aggregate of a category. Throws `unreadable` if there is none. */
export const fleetAggregateNamed = aggregatesNamed(fleetAggregates)

/** The events of the fleet that the forwarder sends. */
export const fleetCatalogue: EventCatalogue = {
  codecOf: (category) => fleetAggregateNamed(category).events,
  publicEventOf: (type) =>
    fleetAggregates.flatMap(({ publication }) => publication.public).find((entry) => entry.type === type),
}
