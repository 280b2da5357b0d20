import * as z from 'zod'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { type ProjectEvent, projectEvents } from '../../../domain/project/events.ts'
import type { Projection, Row } from '../../engine/projection.ts'

/** What is shown of a project. `exists` is false until its creation has been folded. */
const projectState = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false) }),
  z.strictObject({
    exists: z.literal(true),
    ownerId: z.string(),
    title: z.string(),
    description: z.string(),
    archived: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
])

export type ProjectState = z.infer<typeof projectState>

function evolve(state: ProjectState, event: Recorded<ProjectEvent>): ProjectState {
  if (event.type === 'ProjectCreated') {
    const { ownerId, title, description } = event.data
    return {
      exists: true,
      ownerId,
      title,
      description,
      archived: false,
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
  }
}

/**
 * A row per person who sees the project, for their list. It holds no title: the list joins the projects by
 * key, so a renaming writes one item.
 */
function render(state: ProjectState): readonly Row[] {
  if (!state.exists) return []
  return [{ partition: listOf(state.ownerId), sort: state.createdAt, data: { role: 'owner' } }]
}

/** The partition of a person's list of projects. */
export function listOf(userId: string): string {
  return `user#${userId}`
}

export type Role = 'owner'

/** What a person is in a project; nothing for a stranger. */
export function roleOf(state: ProjectState, userId: string): Role | undefined {
  return state.exists && state.ownerId === userId ? 'owner' : undefined
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
}
