import type { ItemOf } from '../../../commands/http/contract-types.ts'
import type { projectContract } from '../../../commands/project/contract.ts'
import { addCost, type Cost } from '../../../domain/kernel/cost.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { noSuchProject } from '../../../domain/project/project.ts'
import { parseState } from '../../engine/catch-up.ts'
import { listRows, listStreams } from '../../engine/list-pages.ts'
import { guardKey, partitionKey } from '../../engine/projection.ts'
import type { Guard, ListOptions, ListPage, RowStore } from '../../engine/row-store.ts'
import {
  activity,
  activityOf,
  membersIn,
  membersOf,
  person,
  projectsOf,
  projectsV1,
  roleOf,
} from './projection.ts'

export type ProjectItem = ItemOf<typeof projectContract, '/projects/{projectId}'>
export type ActivityItem = ItemOf<typeof projectContract, '/projects/{projectId}/activity'>
export type MemberItem = ItemOf<typeof projectContract, '/projects/{projectId}/members'>

/**
 * Reads one project, by the key of its guard in a generation. Throws `not-found` for an unknown project, and for one
 * that the person does not see.
 */
export async function readProject(
  rows: RowStore,
  generation: string,
  userId: string,
  projectId: string,
): Promise<{ item: ProjectItem; cost: Cost }> {
  const { guard, cost } = await rows.readGuard(
    guardKey(generation, streamName(projectsV1.aggregate, projectId)),
  )
  const item = guard === undefined ? undefined : itemOf(projectId, guard, userId)
  if (item === undefined) throw noSuchProject()
  return { item, cost }
}

/** Reads a project for the features that join it; undefined if it is unknown, or if the person does not see it. */
export async function readVisible(rows: RowStore, generation: string, userId: string, projectId: string) {
  const { guard, cost } = await rows.readGuard(
    guardKey(generation, streamName(projectsV1.aggregate, projectId)),
  )
  const state = guard === undefined ? projectsV1.initial : parseState(projectsV1, guard.state)
  if (guard === undefined || !state.exists || roleOf(state, userId) === undefined)
    return { project: undefined, cost }
  const { createdAt, updatedAt } = state
  return { project: { version: guard.version, members: membersIn(state), createdAt, updatedAt }, cost }
}

/** Reads the names of up to 100 people by their ids, in the same order. */
export type ReadNames = (userIds: readonly string[]) => Promise<{ names: readonly string[]; cost: Cost }>

/**
 * Lists a page of the people of a project, newest first, with their current names. Throws `not-found` for an unknown
 * project, and for one that the person does not see.
 */
export async function listMembers(
  rows: RowStore,
  generation: string,
  userId: string,
  projectId: string,
  options: ListOptions,
  readNames: ReadNames,
): Promise<ListPage<MemberItem>> {
  const project = await readProject(rows, generation, userId, projectId)
  const listed = await listRows(rows, partitionKey(generation, membersOf(projectId)), options)
  const people = listed.items.map(({ data }) => person.parse(JSON.parse(data)))
  const { names, cost } = await readNames(people.map((member) => member.userId))
  const items = people.map((member, index) => ({
    ...member,
    id: member.userId,
    name: names[index] ?? '',
    createdAt: member.since,
  }))
  return { ...listed, items, cost: [project.cost, cost].reduce(addCost, listed.cost) }
}

/**
 * Lists a page of the activity in a project, newest first. Throws `not-found` for an unknown project, and for one that
 * the person does not see.
 */
export async function listActivity(
  rows: RowStore,
  generation: string,
  userId: string,
  projectId: string,
  options: ListOptions,
): Promise<ListPage<ActivityItem>> {
  const project = await readProject(rows, generation, userId, projectId)
  const listed = await listRows(rows, partitionKey(generation, activityOf(projectId)), options)
  const stream = streamName(projectsV1.aggregate, projectId)
  const items = listed.items.map(({ data }) => {
    const { at, version, ...rest } = activity.parse(JSON.parse(data))
    return { id: `${stream}/${version}`, version, createdAt: at, updatedAt: at, at, ...rest }
  })
  return { ...listed, items, cost: addCost(project.cost, listed.cost) }
}

/**
 * Lists a page of a person's projects, newest first. It reads the rows of their list, then the projects by key. If the
 * person lost access to a project between the two reads, it is left out.
 */
export async function listProjects(
  rows: RowStore,
  generation: string,
  userId: string,
  options: ListOptions,
): Promise<ListPage<ProjectItem>> {
  const listed = await listStreams(rows, generation, partitionKey(generation, projectsOf(userId)), options)
  return { ...listed, items: listed.items.flatMap((one) => itemOf(one.id, one.guard, userId) ?? []) }
}

function itemOf(projectId: string, guard: Guard, userId: string): ProjectItem | undefined {
  const state = parseState(projectsV1, guard.state)
  const role = roleOf(state, userId)
  if (!state.exists || role === undefined) return undefined
  // Everything in the state is shown, except for the members.
  const { exists: _, members: __, ...shown } = state
  return { id: projectId, version: guard.version, role, ...shown }
}
