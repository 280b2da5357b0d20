import * as z from 'zod'
import { projectDescription, projectTitle } from '../../domain/project/events.ts'

/**
 * The one list of commands and queries. The dispatch of both APIs, the routes of the template and the
 * OpenAPI document are all made from it, so a route cannot exist in one and be missing in another.
 */

const projectId = z.string().min(1).max(64).describe('Id of the project, as `create-project` returned it')

export const commands = {
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
const project = z.strictObject({
  id: z.string(),
  version: z.int().positive(),
  title: z.string(),
  description: z.string(),
  role: z.enum(['owner']),
  ownerId: z.string(),
  archived: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
})

export const queries = {
  '/projects/{projectId}': { summary: 'One project', many: false, item: project },
  '/me/projects': { summary: 'Your projects, newest first', many: true, item: project },
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
