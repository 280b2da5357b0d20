import type { Clock } from '../../domain/kernel/clock.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { subscriptionsV1 } from './v1/projection.ts'
import { type Due, listDue } from './v1/queries.ts'

/** The port to those who pay for a plan, as the live read model has them: it may lag. */
export interface Subscribers {
  /** The subscriptions that a month up to this one may still have to be invoiced for. */
  due(until: string): AsyncIterable<Due>
}

/** Those of a read model. Where its lists or rows cannot be read, what iterates over them throws. */
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
