import type { Clock } from '../../domain/kernel/clock.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { subscriptionsV1 } from './v1/projection.ts'
import { type Due, listDue } from './v1/queries.ts'

/** The port to the people with a paid plan, from the live read model. It may lag. */
export interface Subscribers {
  /** The subscriptions that may still need an invoice for a month up to this one. */
  due(until: string): AsyncIterable<Due>
}

/** Reads subscribers from a read model. The iteration throws if a list or a row cannot be read. */
export function createSubscribers(
  versions: ProjectionVersions,
  rows: RowStore,
  lists: GenerationLists,
  clock: Clock,
): Subscribers {
  return {
    async *due(until) {
      const { live } = await createReadable(versions, lists, clock)()
      yield* listDue(rows, live(subscriptionsV1.name).id, until)
    },
  }
}
