import type { ItemOf } from '../../../commands/http/contract-types.ts'
import type { uploadContract } from '../../../commands/upload/contract.ts'
import { addCost, type Cost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { noSuchProject } from '../../../domain/project/project.ts'
import { parseState } from '../../engine/catch-up.ts'
import { counterPartition } from '../../engine/counters.ts'
import { listStreams } from '../../engine/list-pages.ts'
import { guardKey, partitionKey } from '../../engine/projection.ts'
import type { ListOptions, ListPage, RowStore } from '../../engine/row-store.ts'
import type { VisibleProject } from '../../project/visible-projects.ts'
import type { FileLinks } from '../file-links.ts'
import { completed, statsOf, type UploadState, uploadsOf, uploadsV1 } from './projection.ts'

export type UploadItem = ItemOf<typeof uploadContract, '/uploads/{uploadId}'>
export type StatsItem = ItemOf<typeof uploadContract, '/projects/{projectId}/stats'>

/** The read models and links that a query reads from. */
export interface UploadReads {
  readonly rows: RowStore
  readonly generation: string
  /** Returns the project as the person sees it now; undefined if they do not see it. */
  readonly seen: (projectId: string) => Promise<{ project: VisibleProject | undefined; cost: Cost }>
  readonly links: FileLinks
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Links are signed as of the start of a quarter of an hour, so that they stay the same for that time. */
const quarterMs = 15 * 60 * 1000

/**
 * Reads one upload, by the key of its guard in a generation. `varies` identifies the time for which its links stay the
 * same. Throws `not-found` for an unknown upload, and for one in a project that the person does not see.
 */
export async function readUpload(
  reads: UploadReads,
  uploadId: string,
): Promise<{ item: UploadItem; varies?: string; cost: Cost }> {
  const { rows, generation, seen, now } = reads
  const stream = streamName(uploadsV1.aggregate, uploadId)
  const { guard, cost } = await rows.readGuard(guardKey(generation, stream))
  const state = guard === undefined ? uploadsV1.initial : parseState(uploadsV1, guard.state)
  if (guard === undefined || state.status === 'none') throw noSuchUpload()
  const { project, cost: more } = await seen(state.projectId)
  if (project === undefined) throw noSuchUpload()
  return {
    item: await itemOf(uploadId, guard.version, state, reads),
    ...(state.status === 'completed' && { varies: String(Math.floor(now / quarterMs)) }),
    cost: addCost(cost, more),
  }
}

/**
 * Lists a page of the uploads of a project, newest first. Throws `not-found` for a project that the person does not
 * see.
 */
export async function listUploads(
  reads: UploadReads,
  projectId: string,
  options: ListOptions,
): Promise<ListPage<UploadItem>> {
  const { rows, generation, seen } = reads
  const { project, cost } = await seen(projectId)
  if (project === undefined) throw noSuchProject()
  const listed = await listStreams(rows, generation, partitionKey(generation, uploadsOf(projectId)), options)
  const items = listed.items.flatMap(({ id, guard }) => {
    const state = parseState(uploadsV1, guard.state)
    return state.status === 'none' ? [] : [itemOf(id, guard.version, state, reads)]
  })
  return { ...listed, items: await Promise.all(items), cost: addCost(cost, listed.cost) }
}

/**
 * Reads the number of people and files in a project. `varies` contains the counts, which change without a new version
 * of the project. Throws `not-found` for a project that the person does not see.
 */
export async function readStats(
  { rows, generation, seen }: UploadReads,
  projectId: string,
): Promise<{ item: StatsItem; varies: string; cost: Cost }> {
  const { project, cost } = await seen(projectId)
  if (project === undefined) throw noSuchProject()
  const range = { from: completed, to: completed }
  const found = await rows.sums(counterPartition(generation, statsOf(projectId)), range)
  const { uploads = 0, bytes = 0 } = found.sums.get(completed) ?? {}
  return {
    item: { id: projectId, ...project, uploads, bytes },
    varies: `${uploads}.${bytes}`,
    cost: addCost(cost, found.cost),
  }
}

async function itemOf(
  id: string,
  version: number,
  { expiresAt: _, ...shown }: Exclude<UploadState, { status: 'none' }>,
  { links, now }: UploadReads,
): Promise<UploadItem> {
  const { fileName, contentType } = shown
  const from = Math.floor(now / quarterMs) * quarterMs
  return {
    id,
    version,
    ...shown,
    ...(shown.status === 'completed' && (await links.linksOf(id, { fileName, contentType, from }))),
  }
}

function noSuchUpload(): Problem {
  return new Problem('not-found', 'There is no such upload, or its project is not shared with you.')
}
