import * as z from 'zod'
import { memberRole, projectDescription, projectTitle } from '../../domain/project/events.ts'
import { emailAddress, personName } from '../../domain/user/events.ts'

/**
 * The one list of commands and queries. The dispatch of both APIs, the routes of the template and the
 * OpenAPI document are all made from it, so a route cannot exist in one and be missing in another.
 */

const projectId = z.string().min(1).max(64).describe('Id of the project, as `create-project` returned it')

const userId = z.string().min(1).max(64).describe("Id of a person: Cognito's `sub`")

export const commands = {
  'change-profile': {
    summary: 'Change your name',
    creates: false,
    body: z.strictObject({ name: personName }),
  },
  'delete-account': {
    summary: 'Delete your account for good. Remove the members of your projects first',
    creates: false,
    body: z.strictObject({}),
  },
  'create-project': {
    summary: 'Create a project that you own',
    creates: true,
    body: z.strictObject({ title: projectTitle, description: projectDescription.optional() }),
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
} as const satisfies Record<string, CommandContract>

export interface CommandContract {
  readonly summary: string
  /** Whether it starts a stream; such a command takes no `If-Match`. */
  readonly creates: boolean
  readonly body: z.ZodType
}

export type CommandName = keyof typeof commands
export type CommandBody<Name extends CommandName> = z.infer<(typeof commands)[Name]['body']>

const timestamp = z.iso.datetime({ precision: 3 })
const role = z.enum(['owner', ...memberRole.options])
const project = z.strictObject({
  id: z.string(),
  version: z.int().positive(),
  title: z.string(),
  description: z.string(),
  role,
  ownerId: z.string(),
  archived: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
})

const me = z.strictObject({
  id: z.string(),
  version: z.int().positive(),
  email: z.string(),
  name: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
})
const member = z.strictObject({
  userId: z.string(),
  name: z.string().describe('Empty for someone who has deleted their account'),
  role,
  since: timestamp,
})

export const queries = {
  '/me': { summary: 'You', many: false, item: me },
  '/projects/{projectId}': { summary: 'One project', many: false, item: project },
  '/projects/{projectId}/members': {
    summary: 'The people of a project, its owner included, newest first',
    many: true,
    item: member,
  },
  '/me/projects': {
    summary: 'The projects that you own or are a member of, newest first',
    many: true,
    item: project,
  },
} as const satisfies Record<string, QueryContract>

export interface QueryContract {
  readonly summary: string
  /** Whether it answers a page of items with a cursor, or one. */
  readonly many: boolean
  readonly item: z.ZodType
}

export type QueryPath = keyof typeof queries
export type QueryItem<Path extends QueryPath> = z.infer<(typeof queries)[Path]['item']>

/** What anyone may read without a token. */
export const publicPaths = ['/health', '/openapi.json', '/docs', '/config.json'] as const
export type PublicPath = (typeof publicPaths)[number]

export interface Route {
  readonly path: string
  /** `ANY`, so that a wrong method is answered by the function, as a problem. */
  readonly methods: 'ANY'
  readonly function: 'command-api' | 'query-api'
  readonly access: 'public' | 'token'
}

export const routes: readonly Route[] = [
  { path: '/commands/{name}', methods: 'ANY', function: 'command-api', access: 'token' },
  ...Object.keys(queries).map(
    (path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'token' }),
  ),
  ...publicPaths.map((path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'public' })),
]
