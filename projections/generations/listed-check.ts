import type { Clock } from '../../domain/kernel/clock.ts'
import type { AnyGeneration } from './any-generation.ts'
import type { GenerationLists, ListedGeneration } from './generation-list.ts'
import type { ProjectionVersions } from './projection-versions.ts'

/** How long a process that writes rows may use the list that it has read. */
export const writersListMs = 2_000

/** How long such a process may then work on one stream. */
export const writersStreamMs = 60_000

/** How long after a generation was taken off the list somebody may still write to it, and a little more. */
export const writersMs = 70_000

export interface ListedCheckPorts {
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly clock: Clock
}

/** The status of a listed generation; undefined for one that is not listed. */
export type ListedStatus = ListedGeneration['status'] | undefined

/**
 * Tells the status of a generation to a process that writes its rows for a long time. The process asks before each
 * stream; the list is read again every two seconds. A generation that is not listed gets no rows.
 */
export function createListedCheck(
  { id, projection }: Pick<AnyGeneration, 'id' | 'projection'>,
  { versions, lists, clock }: ListedCheckPorts,
): () => Promise<ListedStatus> {
  let read: { readonly status: Promise<ListedStatus>; readonly at: number } | undefined
  const readStatus = async (): Promise<ListedStatus> => {
    const list = versions.listOf(projection, (await lists.read([projection])).lists)
    return list.generations.find((one) => one.id === id)?.status
  }
  return () => {
    const now = clock.now()
    if (read === undefined || Math.abs(now - read.at) >= writersListMs) {
      const status = readStatus()
      read = { status, at: now }
      // A failed read is not kept.
      status.catch(() => {
        read = undefined
      })
    }
    return read.status
  }
}
