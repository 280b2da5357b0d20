import type { Clock } from '../../domain/kernel/clock.ts'
import { rowsBefore } from '../../projections/engine/list-pages.ts'
import { partitionKey, streamOfRow } from '../../projections/engine/projection.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import type { GenerationLists } from '../../projections/generations/generation-list.ts'
import { createReadable } from '../../projections/generations/listed-generations.ts'
import type { ProjectionVersions } from '../../projections/generations/projection-versions.ts'
import { bookingsV1, dueReminders, reminderShards } from './bookings.ts'

// #region due
/** The port to the reminders that are due, as the live read model has them: it may lag. */
export interface DueReminders {
  /** The streams of the bookings whose reminder is due before a moment, ISO 8601, each with the time of the reminder. */
  before(moment: string): AsyncIterable<{ readonly stream: string; readonly remindAt: string }>
}

/** Reads the due reminders of a read model. If it cannot be read, the iteration throws. */
export function createDueReminders(
  versions: ProjectionVersions,
  rows: RowStore,
  lists: GenerationLists,
  clock: Clock,
): DueReminders {
  return {
    async *before(moment) {
      const { live } = await createReadable(versions, lists, clock)()
      const { id } = live(bookingsV1.name)
      for (let shard = 0; shard < reminderShards; shard++) {
        for await (const row of rowsBefore(rows, partitionKey(id, dueReminders(shard)), moment))
          yield { stream: streamOfRow(row), remindAt: row.SK.slice(0, row.SK.indexOf('#')) }
      }
    },
  }
}
// #endregion due
