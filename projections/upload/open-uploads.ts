import type { Clock } from '../../domain/kernel/clock.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { rowsBefore } from '../engine/list-pages.ts'
import { partitionKey, streamOfRow } from '../engine/projection.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { openUploadShards, openUploads, uploadsV1 } from './v1/projection.ts'

/** The port to the uploads that have not ended, from the live read model. It may lag. */
export interface OpenUploads {
  /** The ids of the uploads that expired before a time: ISO 8601 UTC with milliseconds. */
  expired(before: string): AsyncIterable<string>
}

/** Reads open uploads from a read model. The iteration throws if a list or a row cannot be read. */
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
        // Rows are sorted by their time of expiry.
        for await (const row of rowsBefore(rows, partition, before))
          yield parseStreamName(streamOfRow(row)).id
      }
    },
  }
}
