import type { Clock } from '../../domain/kernel/clock.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { rowsBefore } from '../engine/list-pages.ts'
import { partitionKey, streamOfRow } from '../engine/projection.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { openUploadShards, openUploads, uploadsV1 } from './v1/projection.ts'

/** The port to the uploads that are still to come to an end, as the live read model has them: it may lag. */
export interface OpenUploads {
  /** The ids of those that expired before a moment, ISO 8601 UTC with milliseconds. */
  expired(before: string): AsyncIterable<string>
}

/** Those of a read model. Where its lists or rows cannot be read, what iterates over them throws. */
export function createOpenUploads(
  versions: ProjectionVersions,
  rows: RowStore,
  lists: GenerationLists,
  clock: Clock,
): OpenUploads {
  return {
    async *expired(before) {
      const { live } = await createReadable(versions, lists, clock)()
      const { id } = live(uploadsV1.name)
      for (let shard = 0; shard < openUploadShards; shard++) {
        const partition = partitionKey(id, openUploads(shard))
        // Rows are sorted by when they expire.
        for await (const row of rowsBefore(rows, partition, before))
          yield parseStreamName(streamOfRow(row)).id
      }
    },
  }
}
