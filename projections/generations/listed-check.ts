import type { Clock } from '../../domain/kernel/clock.ts'
import type { AnyGeneration } from './any-generation.ts'
import type { GenerationLists, ListedGeneration } from './generation-list.ts'
import type { ProjectionVersions } from './projection-versions.ts'

/** How long a process that writes rows may use a list after reading it, in milliseconds. */
export const writersListMs = 2_000

/** How long such a process may then work on one stream, in milliseconds. */
export const writersStreamMs = 60_000

/**
 * How long a process may still write to a generation after it was removed from the list, with a margin, in
 * milliseconds.
 */
export const writersMs = 70_000

export interface ListedCheckPorts {
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly clock: Clock
}

/** The status of a listed generation; undefined if it is not listed. */
export type ListedStatus = ListedGeneration['status'] | undefined

/**
 * Reports the status of a generation to a process that writes its rows for a long time. The process asks before each
 * stream, and the list is read again every two seconds. Rows of an unlisted generation must not be written.
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
      // The cache does not keep a failed read.
      status.catch(() => {
        read = undefined
      })
    }
    return read.status
  }
}
