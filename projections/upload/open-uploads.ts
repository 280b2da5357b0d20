import type { Clock } from '../../domain/kernel/clock.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { listRows } from '../engine/list-pages.ts'
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
        // Rows stand by when they expire, so those that have not are not read.
        for (let after: string | undefined = before; after !== undefined; ) {
          const page = await listRows(rows, partition, { after, limit: 100 })
          for (const row of page.items) yield parseStreamName(streamOfRow(row)).id
          after = page.next
        }
      }
    },
  }
}
