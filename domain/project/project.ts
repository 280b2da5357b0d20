import type { Aggregate } from '../kernel/decider.ts'
import { Problem, refusal } from '../kernel/problem.ts'
import { type ProjectEvent, projectEvents } from './events.ts'

export type ProjectState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'archived'
      readonly ownerId: string
      readonly title: string
      readonly description: string
    }

export type ProjectCommand = { readonly actorId: string } & (
  | { readonly type: 'create-project'; readonly title: string; readonly description?: string | undefined }
  | { readonly type: 'rename-project'; readonly title: string }
  | { readonly type: 'describe-project'; readonly description: string }
  | { readonly type: 'archive-project' }
  | { readonly type: 'restore-project' }
)

type Existing = Exclude<ProjectState, { status: 'none' }>

function evolve(state: ProjectState, event: ProjectEvent): ProjectState {
  if (event.type === 'ProjectCreated') return { status: 'active', ...event.data }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'ProjectRenamed':
      return { ...state, title: event.data.title }
    case 'ProjectDescribed':
      return { ...state, description: event.data.description }
    case 'ProjectArchived':
      return { ...state, status: 'archived' }
    case 'ProjectRestored':
      return { ...state, status: 'active' }
  }
}

function decide(state: ProjectState, command: ProjectCommand): readonly ProjectEvent[] {
  if (command.type === 'create-project') return create(state, command)
  const project = ownedBy(command.actorId, state)
  switch (command.type) {
    case 'rename-project':
      ensureActive(project)
      if (project.title === command.title) return []
      return [{ type: 'ProjectRenamed', data: { title: command.title } }]
    case 'describe-project':
      ensureActive(project)
      if (project.description === command.description) return []
      return [{ type: 'ProjectDescribed', data: { description: command.description } }]
    case 'archive-project':
      return project.status === 'archived' ? [] : [{ type: 'ProjectArchived', data: {} }]
    case 'restore-project':
      return project.status === 'active' ? [] : [{ type: 'ProjectRestored', data: {} }]
  }
}

/** The id of a new project follows from its command, so one that exists can only be a repetition. */
function create(
  state: ProjectState,
  command: Extract<ProjectCommand, { type: 'create-project' }>,
): readonly ProjectEvent[] {
  if (state.status !== 'none') return []
  const { actorId: ownerId, title, description = '' } = command
  return [{ type: 'ProjectCreated', data: { ownerId, title, description } }]
}

function ownedBy(actorId: string, state: ProjectState): Existing {
  if (state.status === 'none' || state.ownerId !== actorId) {
    throw new Problem('not-found', 'There is no such project, or it is not shared with you.')
  }
  return state
}

function ensureActive(project: Existing): void {
  if (project.status === 'archived') {
    throw refusal('project-archived', 'The project is archived. Restore it before you change it.')
  }
}

export const project: Aggregate<ProjectState, ProjectCommand, ProjectEvent> = {
  name: 'project',
  events: projectEvents,
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo: (state, actorId) => state.status !== 'none' && state.ownerId === actorId,
}
