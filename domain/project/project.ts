import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { Problem, refusal } from '../kernel/problem.ts'
import { type MemberRole, type ProjectDetails, type ProjectEvent, projectEvents } from './events.ts'
import { projectPublication } from './public-events.ts'

export type ProjectState =
  | { readonly status: 'none' }
  | (ProjectDetails & {
      readonly status: 'active' | 'archived'
      readonly ownerId: string
      /** The members, not including the owner. */
      readonly members: readonly Member[]
    })

export interface Member {
  readonly userId: string
  readonly role: MemberRole
}

/** The details that a person may leave out of a new project. */
export const projectDefaults = { description: '' } as const satisfies Partial<ProjectDetails>

type Defaults = typeof projectDefaults

export type ProjectCommand = { readonly actorId: string } & (
  | ({ readonly type: 'create-project' } & Omit<ProjectDetails, keyof Defaults> & {
        readonly [Field in keyof Defaults]?: ProjectDetails[Field] | undefined
      })
  | { readonly type: 'rename-project'; readonly title: string }
  | { readonly type: 'describe-project'; readonly description: string }
  | { readonly type: 'archive-project' }
  | { readonly type: 'restore-project' }
  | {
      readonly type: 'add-project-member'
      /**
       * The user who held the given address when the command was prepared; undefined if nobody did. A user who deletes
       * their account at that moment stays a member without a name.
       */
      readonly userId: string | undefined
      readonly role: MemberRole
    }
  | { readonly type: 'remove-project-member'; readonly userId: string }
)

type Existing = Exclude<ProjectState, { status: 'none' }>

/** Maximum number of members of a project. The number is limited because the state contains all members. */
export const maxMembers = 100

function evolve(state: ProjectState, event: ProjectEvent): ProjectState {
  if (event.type === 'ProjectCreated') return { status: 'active', ...event.data, members: [] }
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
    case 'ProjectMemberAdded':
    case 'ProjectMemberRoleChanged':
      return { ...state, members: [...without(state.members, event.data.userId), event.data] }
    case 'ProjectMemberRemoved':
      return { ...state, members: without(state.members, event.data.userId) }
  }
}

function decide(command: ProjectCommand, state: ProjectState): readonly ProjectEvent[] {
  if (command.type === 'create-project') return create(state, command)
  const { project, role } = seenBy(command.actorId, state)
  switch (command.type) {
    case 'rename-project':
      ensure(role === 'owner' || role === 'editor')
      ensureActive(project)
      if (project.title === command.title) return []
      return [{ type: 'ProjectRenamed', data: { title: command.title } }]
    case 'describe-project':
      ensure(role === 'owner' || role === 'editor')
      ensureActive(project)
      if (project.description === command.description) return []
      return [{ type: 'ProjectDescribed', data: { description: command.description } }]
    case 'archive-project':
      ensure(role === 'owner')
      return project.status === 'archived' ? [] : [{ type: 'ProjectArchived', data: {} }]
    case 'restore-project':
      ensure(role === 'owner')
      return project.status === 'active' ? [] : [{ type: 'ProjectRestored', data: {} }]
    case 'add-project-member':
      ensure(role === 'owner')
      ensureActive(project)
      return addMember(project, command)
    case 'remove-project-member':
      ensure(role === 'owner' || command.userId === command.actorId)
      return removeMember(project, command.userId)
  }
}

/**
 * The id of a new project derives from its command. If the project already exists, the command is therefore a repeat.
 */
function create(
  state: ProjectState,
  command: Extract<ProjectCommand, { type: 'create-project' }>,
): readonly ProjectEvent[] {
  if (state.status !== 'none') return []
  const { type: _, actorId: ownerId, ...details } = command
  return [{ type: 'ProjectCreated', data: { ownerId, ...projectDefaults, ...given(details) } }]
}

/** The fields that have a value. */
function given<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  // Only fields without a value are left out.
  return Object.fromEntries(entries) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> }
}

function addMember(
  { ownerId, members }: Existing,
  { userId, role }: Extract<ProjectCommand, { type: 'add-project-member' }>,
): readonly ProjectEvent[] {
  if (userId === undefined) {
    throw refusal('no-such-person', 'Nobody has signed up with this email address.')
  }
  if (userId === ownerId) throw refusal('owner-is-member', 'The owner already has full access.')
  const member = members.find((other) => other.userId === userId)
  if (member?.role === role) return []
  if (member !== undefined) return [{ type: 'ProjectMemberRoleChanged', data: { userId, role } }]
  if (members.length >= maxMembers) {
    throw refusal('too-many-members', `A project has at most ${maxMembers} members. Remove one first.`)
  }
  return [{ type: 'ProjectMemberAdded', data: { userId, role } }]
}

/**
 * Also works in an archived project, so that a role can be removed or given up at any time. Adding a member needs an
 * active project.
 */
function removeMember({ ownerId, members }: Existing, userId: string): readonly ProjectEvent[] {
  if (userId === ownerId) {
    throw refusal(
      'ownership-not-transferable',
      'The owner cannot leave the project. Transferring it to another owner is not supported.',
    )
  }
  if (!members.some((member) => member.userId === userId)) return []
  return [{ type: 'ProjectMemberRemoved', data: { userId } }]
}

/** The role of a person in a project. */
export type ProjectRole = 'owner' | MemberRole

/** The role of a person in a project; undefined without access. */
export function roleIn(state: ProjectState, userId: string): ProjectRole | undefined {
  if (state.status === 'none') return undefined
  if (state.ownerId === userId) return 'owner'
  return state.members.find((member) => member.userId === userId)?.role
}

function seenBy(actorId: string, state: ProjectState): { project: Existing; role: ProjectRole } {
  const role = roleIn(state, actorId)
  if (state.status === 'none' || role === undefined) {
    throw noSuchProject()
  }
  return { project: state, role }
}

/** The answer to a person without access, and to a request for a project that does not exist. */
export function noSuchProject(): Problem {
  return new Problem('not-found', 'There is no such project, or it is not shared with you.')
}

function ensure(allowed: boolean): void {
  if (!allowed)
    throw new Problem('forbidden', 'Your role in this project does not allow this. Ask the owner.')
}

function ensureActive(project: Existing): void {
  if (project.status === 'archived') {
    throw refusal('project-archived', 'The project is archived. Restore it before you change it.')
  }
}

function without(members: readonly Member[], userId: string): Member[] {
  return members.filter((member) => member.userId !== userId)
}

/** The name of the set of an owner's projects that have members. */
export function sharedProjectsOf(ownerId: string): string {
  return `shared-by-${ownerId}`
}

/** An account that owns projects with other members cannot be deleted. */
export const sharedProjectsHold = {
  set: sharedProjectsOf,
  rule: 'owns-shared-projects',
  detail: 'You own projects that have other members. Remove these members first.',
}

export const project: PublishedAggregate<ProjectState, ProjectCommand, ProjectEvent> = {
  name: 'project',
  events: projectEvents,
  publication: projectPublication,
  fold: folds.project,
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo: (state, actorId) => roleIn(state, actorId) !== undefined,
  holds: (state, id) =>
    state.status === 'none' || state.members.length === 0
      ? []
      : [{ set: sharedProjectsOf(state.ownerId), key: id }],
}
