import * as z from 'zod/mini'
import { memberRole, projectDescription, projectTitle } from '../../domain/project/events.ts'
import { emailAddress } from '../../domain/user/events.ts'
import { idLike, idOf, itemFields, textLike, timestamp } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const projectId = idOf('Id of the project, as `create-project` returned it')
const userId = idOf("Id of a person: Cognito's `sub`")
const role = z.enum(['owner', ...memberRole.options])

const project = z.strictObject({
  ...itemFields,
  title: textLike('Atlas'),
  description: textLike('Maps of the whole world'),
  role,
  ownerId: idLike,
  archived: z.boolean(),
})
const activity = z.strictObject({
  ...itemFields,
  type: textLike('ProjectRenamed').check(z.describe('Type of the event')),
  at: timestamp,
  actorId: idLike.check(z.describe('Id of the person who caused the event')),
  summary: textLike('Renamed to "Atlas"').check(z.describe('A short description of the event')),
})
const member = z.strictObject({
  ...itemFields,
  userId: idLike,
  name: textLike('Ann').check(z.describe('Empty if the person has deleted their account')),
  role,
  since: timestamp,
})

export const projectContract = {
  commands: {
    'create-project': {
      summary: 'Create a project that you own',
      creates: true,
      body: z.strictObject({ title: projectTitle, description: z.optional(projectDescription) }),
    },
    'rename-project': {
      summary: 'Change the title of a project',
      creates: false,
      body: z.strictObject({ projectId, title: projectTitle }),
    },
    'describe-project': {
      summary: 'Change the description of a project',
      creates: false,
      body: z.strictObject({ projectId, description: projectDescription }),
    },
    'add-project-member': {
      summary: 'Share a project with a person who has signed up, or change their role',
      creates: false,
      body: z.strictObject({ projectId, email: emailAddress, role: memberRole }),
    },
    'remove-project-member': {
      summary: 'Remove a member from a project, or leave it yourself',
      creates: false,
      body: z.strictObject({ projectId, userId }),
    },
    'archive-project': {
      summary: 'Archive a project. Its members cannot change it until it is restored',
      creates: false,
      body: z.strictObject({ projectId }),
    },
    'restore-project': {
      summary: 'Restore an archived project',
      creates: false,
      body: z.strictObject({ projectId }),
    },
  },
  queries: {
    '/projects/{projectId}': { summary: 'One project', kind: 'one', item: project },
    '/projects/{projectId}/members': {
      summary: 'The members of a project and its owner, newest first',
      kind: 'many',
      item: member,
    },
    '/projects/{projectId}/activity': {
      summary: 'The activity in a project, newest first',
      kind: 'many',
      item: activity,
    },
    '/me/projects': {
      summary: 'The projects that you own or are a member of, newest first',
      kind: 'many',
      item: project,
    },
  },
} as const satisfies FeatureContract
