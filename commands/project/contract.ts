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
  actorId: idLike.check(z.describe('Id of the person who did it')),
  summary: textLike('Renamed to "Atlas"').check(z.describe('A description of the event, in a few words')),
})
const member = z.strictObject({
  ...itemFields,
  userId: idLike,
  name: textLike('Ann').check(z.describe('Empty for someone who has deleted their account')),
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
      summary: 'Give a project another title',
      creates: false,
      body: z.strictObject({ projectId, title: projectTitle }),
    },
    'describe-project': {
      summary: 'Give a project another description',
      creates: false,
      body: z.strictObject({ projectId, description: projectDescription }),
    },
    'add-project-member': {
      summary: 'Share a project with someone who has signed up, or give them another role',
      creates: false,
      body: z.strictObject({ projectId, email: emailAddress, role: memberRole }),
    },
    'remove-project-member': {
      summary: 'Stop sharing a project with someone, or leave it yourself',
      creates: false,
      body: z.strictObject({ projectId, userId }),
    },
    'archive-project': {
      summary: 'Close a project to changes until it is restored',
      creates: false,
      body: z.strictObject({ projectId }),
    },
    'restore-project': {
      summary: 'Open an archived project again',
      creates: false,
      body: z.strictObject({ projectId }),
    },
  },
  queries: {
    '/projects/{projectId}': { summary: 'One project', kind: 'one', item: project },
    '/projects/{projectId}/members': {
      summary: 'The people of a project, its owner included, newest first',
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
