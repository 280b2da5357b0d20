import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { memberRole, type ProjectEvent, projectEvents } from '../../../domain/project/events.ts'
import { onDay } from '../../engine/daily-counter.ts'
import type { Contribution, Projection, Row } from '../../engine/projection.ts'

/** `version` and `updatedAt` are those of the event that last changed the membership. */
const membership = { userId: z.string(), since: z.string(), version: z.number(), updatedAt: z.string() }
const member = z.strictObject({ ...membership, role: memberRole })

/** The shown fields of the creation. A field that is added to the event later is not one of them. */
const details = z.object({ title: z.string(), description: z.string() })

/** The shown state of a project. `exists` is false until its creation is folded. */
const projectState = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false) }),
  z.strictObject({
    exists: z.literal(true),
    ownerId: z.string(),
    ...details.shape,
    archived: z.boolean(),
    /** The members, not including the owner. */
    members: z.array(member),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
])

export type ProjectState = z.infer<typeof projectState>
type Existing = Extract<ProjectState, { exists: true }>
type Member = z.infer<typeof member>

function evolve(state: ProjectState, event: Recorded<ProjectEvent>): ProjectState {
  if (event.type === 'ProjectCreated') {
    return {
      exists: true,
      ownerId: event.data.ownerId,
      ...details.parse(event.data),
      archived: false,
      members: [],
      createdAt: event.at,
      updatedAt: event.at,
    }
  }
  if (!state.exists) return state
  const updated = { ...state, updatedAt: event.at }
  switch (event.type) {
    case 'ProjectRenamed':
      return { ...updated, title: event.data.title }
    case 'ProjectDescribed':
      return { ...updated, description: event.data.description }
    case 'ProjectArchived':
      return { ...updated, archived: true }
    case 'ProjectRestored':
      return { ...updated, archived: false }
    case 'ProjectMemberAdded':
    case 'ProjectMemberRoleChanged': {
      const { userId, role } = event.data
      const since = state.members.find((other) => other.userId === userId)?.since ?? event.at
      const changed = { userId, role, since, version: event.version, updatedAt: event.at }
      return { ...updated, members: [...without(state.members, userId), changed] }
    }
    case 'ProjectMemberRemoved':
      return { ...updated, members: without(state.members, event.data.userId) }
  }
}

function without(members: readonly Member[], userId: string): Member[] {
  return members.filter((other) => other.userId !== userId)
}

/**
 * Makes two rows for each person who sees the project: one in the person's list of projects, one in the project's list
 * of people. The rows contain no titles and no names, because both lists are joined by key. A new title or name
 * therefore writes none of these rows.
 */
function render(state: ProjectState, id: string): readonly Row[] {
  if (!state.exists) return []
  return peopleOf(state).flatMap((person): Row[] => [
    { partition: projectsOf(person.userId), sort: state.createdAt, data: {} },
    { partition: membersOf(id), sort: `${person.since}#${person.userId}`, data: person },
  ])
}

/** Makes a row of the project's activity for every event. A creation also counts on its day. */
function record(event: Recorded<ProjectEvent>, _: ProjectState, id: string): Contribution {
  const { type, at, actorId, version } = event
  const data = { type, at, actorId, version, summary: summaryOf(event) } satisfies Activity
  return {
    rows: [{ partition: activityOf(id), sort: at, data }],
    ...(type === 'ProjectCreated' && { counters: [onDay(at, { projects: 1 })] }),
  }
}

/** Describes an event without naming a person, because names change, and disappear when their account is deleted. */
function summaryOf(event: Recorded<ProjectEvent>): string {
  switch (event.type) {
    case 'ProjectCreated':
      return `Created "${event.data.title}"`
    case 'ProjectRenamed':
      return `Renamed to "${event.data.title}"`
    case 'ProjectDescribed':
      return 'Changed the description'
    case 'ProjectArchived':
      return 'Archived'
    case 'ProjectRestored':
      return 'Restored'
    case 'ProjectMemberAdded':
      return `Added ${withArticle[event.data.role]}`
    case 'ProjectMemberRoleChanged':
      return `Made a member ${withArticle[event.data.role]}`
    case 'ProjectMemberRemoved':
      return event.actorId === event.data.userId ? 'Left' : 'Removed a member'
  }
}

const withArticle = { editor: 'an editor', viewer: 'a viewer' } as const

/** The row of a project's activity. */
export const activity = z.strictObject({
  type: z.string(),
  at: z.string(),
  actorId: z.string(),
  version: z.number(),
  summary: z.string(),
})

type Activity = z.infer<typeof activity>

/** The partition of a project's activity. */
export function activityOf(projectId: string): string {
  return `activity-of#${projectId}`
}

/** The partition of a person's list of projects. */
export function projectsOf(userId: string): string {
  return `projects-of#${userId}`
}

/** The partition of a project's list of people. */
export function membersOf(projectId: string): string {
  return `members-of#${projectId}`
}

export type Role = Person['role']

/** The row of a project's list of people. */
export const person = z.strictObject({ ...membership, role: z.enum(['owner', ...memberRole.options]) })

type Person = z.infer<typeof person>

/** Everyone who sees the project, the owner first. The owner has no other role. */
function peopleOf({ ownerId, createdAt, members }: Existing): readonly Person[] {
  const owner = {
    userId: ownerId,
    role: 'owner',
    since: createdAt,
    version: 1,
    updatedAt: createdAt,
  } as const
  return [owner, ...without(members, ownerId)]
}

/** The number of people who see the project. */
export function membersIn(state: ProjectState): number {
  return state.exists ? peopleOf(state).length : 0
}

/** The role of a person in a project; undefined without access. */
export function roleOf(state: ProjectState, userId: string): Role | undefined {
  return state.exists ? peopleOf(state).find((person) => person.userId === userId)?.role : undefined
}

export const projectsV1: Projection<ProjectState, ProjectEvent> = {
  name: 'projects',
  version: 1,
  aggregate: 'project',
  events: projectEvents,
  state: projectState,
  initial: { exists: false },
  evolve,
  render,
  record,
}
