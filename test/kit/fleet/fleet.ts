import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import { versionOf } from '../../../projections/generations/any-generation.ts'
import { projectionVersions } from '../../../projections/generations/projection-versions.ts'
import { cabinsV1 } from './cabins.ts'
import { harbour } from './harbour.ts'
import { harboursV1 } from './harbours.ts'
import { voyage } from './voyage.ts'
import { voyagesV1, voyagesV2 } from './voyages.ts'

/** The aggregates of the tests' own: no application has them, so the engine's tests stand without any application. */
export const fleetAggregates: readonly Aggregate<unknown, Command, Event>[] = [voyage, harbour]

/** The projections of the fleet, as a deploy has them. */
export const fleetVersions = projectionVersions([
  versionOf(voyagesV1),
  versionOf(cabinsV1),
  versionOf(harboursV1),
])

/** The same after the next deploy, which brings a second version of one projection. */
export const nextFleetVersions = projectionVersions([...fleetVersions.all, versionOf(voyagesV2)])

/** The first generations: these are live while no list of generations is written. */
export const voyages = { projection: voyagesV1, generation: 1 }
export const cabins = { projection: cabinsV1, generation: 1 }
