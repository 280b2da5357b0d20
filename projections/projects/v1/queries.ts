import type { QueryItem } from '../../../commands/http/contract.ts'
import { addCost, type Cost } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { parseStreamName, streamName } from '../../../domain/kernel/stream.ts'
import type { ProjectEvent } from '../../../domain/project/events.ts'
import { parseState } from '../../engine/catch-up.ts'
import {
  type Generation,
  generationId,
  guardKey,
  partitionKey,
  streamOfRow,
} from '../../engine/projection.ts'
import type { Guard, ListOptions, RowStore } from '../../engine/row-store.ts'
import { listOf, type ProjectState, projectsV1, roleOf } from './projection.ts'

export type ProjectItem = QueryItem<'/projects/{projectId}'>

export const projects: Generation<ProjectState, ProjectEvent> = { projection: projectsV1, generation: 1 }
const id = generationId(projects)

/** One project, by the key of its guard. Throws `not-found` for an unknown one and for a stranger's. */
export async function readProject(
  rows: RowStore,
  userId: string,
  projectId: string,
): Promise<{ item: ProjectItem; cost: Cost }> {
  const { guard, cost } = await rows.readGuard(guardKey(id, streamName(projectsV1.aggregate, projectId)))
  const item = guard === undefined ? undefined : itemOf(projectId, guard, userId)
  if (item === undefined)
    throw new Problem('not-found', 'There is no such project, or it is not shared with you.')
  return { item, cost }
}

/**
 * A page of a person's projects, newest first: the rows of their list, then the projects by key. A project
 * that was taken from them between the two is left out.
 */
export async function listProjects(
  rows: RowStore,
  userId: string,
  { after, limit }: ListOptions,
): Promise<{ items: ProjectItem[]; next: string | undefined; cost: Cost }> {
  const listed = await rows.list(partitionKey(id, listOf(userId)), { after, limit: limit + 1 })
  const page = listed.rows.slice(0, limit)
  const streams = page.map((row) => parseStreamName(streamOfRow(row)))
  const { guards, cost } = await rows.readGuards(streams.map(({ stream }) => guardKey(id, stream)))
  const items = streams.flatMap((stream, index) => {
    const guard = guards[index]
    return (guard && itemOf(stream.id, guard, userId)) ?? []
  })
  const next = listed.rows.length > limit ? page.at(-1)?.SK : undefined
  return { items, next, cost: addCost(listed.cost, cost) }
}

function itemOf(projectId: string, guard: Guard, userId: string): ProjectItem | undefined {
  const state = parseState(projectsV1, guard.state)
  const role = roleOf(state, userId)
  if (!state.exists || role === undefined) return undefined
  const { title, description, ownerId, archived, createdAt, updatedAt } = state
  return {
    id: projectId,
    version: guard.version,
    title,
    description,
    role,
    ownerId,
    archived,
    createdAt,
    updatedAt,
  }
}
