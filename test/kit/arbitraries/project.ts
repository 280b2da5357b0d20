import fc from 'fast-check'
import type { MemberRole, ProjectDetails, ProjectEvent } from '../../../domain/project/events.ts'
import { type ProjectCommand, projectDefaults } from '../../../domain/project/project.ts'

const actorId = fc.constantFrom('ann', 'bob')
const userId = fc.constantFrom('ann', 'bob', 'user-3')
const role = fc.constantFrom<MemberRole>('editor', 'viewer')
const word = fc.constantFrom('Atlas', 'Globe', 'Maps', '')

const details = { title: word, description: word }

/** The fields of a new project, for tests that need one. */
export const atlas: ProjectDetails = { title: 'Atlas', ...projectDefaults }

export const command: fc.Arbitrary<ProjectCommand> = fc.oneof(
  fc.record({ type: fc.constant('create-project' as const), actorId, ...details }),
  fc.record({ type: fc.constant('rename-project' as const), actorId, title: word }),
  fc.record({ type: fc.constant('describe-project' as const), actorId, description: word }),
  fc.record({ type: fc.constant('archive-project' as const), actorId }),
  fc.record({ type: fc.constant('restore-project' as const), actorId }),
  fc.record({
    type: fc.constant('add-project-member' as const),
    actorId,
    userId: fc.option(userId, { nil: undefined }),
    role,
  }),
  fc.record({ type: fc.constant('remove-project-member' as const), actorId, userId }),
)

/** Any event, whether or not a decider would emit it in that state. */
export const event: fc.Arbitrary<ProjectEvent> = fc.oneof(
  fc.record({
    type: fc.constant('ProjectCreated' as const),
    data: fc.record({ ownerId: actorId, ...details }),
  }),
  fc.record({ type: fc.constant('ProjectRenamed' as const), data: fc.record({ title: word }) }),
  fc.record({ type: fc.constant('ProjectDescribed' as const), data: fc.record({ description: word }) }),
  fc.record({ type: fc.constant('ProjectArchived' as const), data: fc.constant({}) }),
  fc.record({ type: fc.constant('ProjectRestored' as const), data: fc.constant({}) }),
  fc.record({ type: fc.constant('ProjectMemberAdded' as const), data: fc.record({ userId, role }) }),
  fc.record({ type: fc.constant('ProjectMemberRoleChanged' as const), data: fc.record({ userId, role }) }),
  fc.record({ type: fc.constant('ProjectMemberRemoved' as const), data: fc.record({ userId }) }),
)
