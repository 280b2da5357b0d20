import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { projectEvents } from './events.ts'

const userId = z.string().check(z.describe('Id of the person'))
const projectId = z.string().check(z.describe('Id of the project'))
const role = z.enum(['editor', 'viewer'])

/**
 * The public events of a project. They contain ids and roles only. Its title and description are free text and stay in
 * its own stream, because an erasure cannot reach the copies of a public event.
 */
export const projectPublication = publication(
  projectEvents,
  {
    ProjectCreated: {
      schema: 2,
      description: 'A person created a project, and owns it.',
      data: z.object({
        projectId,
        ownerId: z.string().check(z.describe('Id of the person who owns it')),
      }),
      from: ({ id, data: { ownerId } }) => ({ projectId: id, ownerId }),
      example: { projectId: '91be07d2', ownerId: '5f0c3f5e' },
    },
    ProjectRenamed: {
      schema: 2,
      description: 'The title of a project changed.',
      data: z.object({ projectId }),
      from: ({ id }) => ({ projectId: id }),
      example: { projectId: '91be07d2' },
    },
    ProjectDescribed: {
      private: 'A description is free text for the members, and no other service depends on it.',
    },
    ProjectArchived: {
      schema: 1,
      description: 'A project was archived. Its members can no longer change it.',
      data: z.object({ projectId }),
      from: ({ id }) => ({ projectId: id }),
      example: { projectId: '91be07d2' },
    },
    ProjectRestored: {
      schema: 1,
      description: 'An archived project was restored.',
      data: z.object({ projectId }),
      from: ({ id }) => ({ projectId: id }),
      example: { projectId: '91be07d2' },
    },
    ProjectMemberAdded: {
      schema: 1,
      description: 'A person was added to a project.',
      data: z.object({ projectId, userId, role }),
      from: ({ id, data: { userId, role } }) => ({ projectId: id, userId, role }),
      example: { projectId: '91be07d2', userId: 'c27ad1b0', role: 'editor' },
    },
    ProjectMemberRoleChanged: {
      schema: 1,
      description: 'The role of a member of a project changed.',
      data: z.object({ projectId, userId, role }),
      from: ({ id, data: { userId, role } }) => ({ projectId: id, userId, role }),
      example: { projectId: '91be07d2', userId: 'c27ad1b0', role: 'viewer' },
    },
    ProjectMemberRemoved: {
      schema: 1,
      description: 'A person left a project or was removed from it.',
      data: z.object({ projectId, userId }),
      from: ({ id, data: { userId } }) => ({ projectId: id, userId }),
      example: { projectId: '91be07d2', userId: 'c27ad1b0' },
    },
  },
  { exampleId: '91be07d2' },
)
