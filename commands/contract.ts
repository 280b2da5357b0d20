import type * as z from 'zod/mini'
import { analyticsContract } from './analytics/contract.ts'
import { projectContract } from './project/contract.ts'
import { subscriptionContract } from './subscription/contract.ts'
import { uploadContract } from './upload/contract.ts'
import { userContract } from './user/contract.ts'

/**
 * The one list of commands and queries, made of what each aggregate offers. The dispatch of both APIs, the
 * routes of the template and the OpenAPI document are all made from it, so a route cannot exist in one and be
 * missing in another.
 */
export const commands = {
  ...userContract.commands,
  ...projectContract.commands,
  ...uploadContract.commands,
  ...subscriptionContract.commands,
} as const satisfies AggregateContract['commands']

export const queries = {
  ...userContract.queries,
  ...projectContract.queries,
  ...subscriptionContract.queries,
  ...uploadContract.queries,
  ...analyticsContract.queries,
} as const satisfies AggregateContract['queries']

/** What one aggregate offers. */
export interface AggregateContract {
  readonly commands: Readonly<Record<string, CommandContract>>
  readonly queries: Readonly<Record<string, QueryContract>>
}

export interface CommandContract {
  readonly summary: string
  /** Whether it starts a stream; such a command takes no `If-Match`. */
  readonly creates: boolean
  readonly body: z.ZodMiniType
  /** What the answer says besides what every command's does. */
  readonly answers?: z.ZodMiniObject
  /** The function that carries it out, where that is one of its own. */
  readonly function?: 'upload-api'
}

export type CommandName = keyof typeof commands
export type CommandBody<Name extends CommandName> = z.infer<(typeof commands)[Name]['body']>

export type QueryContract = ItemContract | ReportContract

/** Answers one item, or a page of many with a cursor. */
export interface ItemContract {
  readonly summary: string
  readonly kind: 'one' | 'many'
  readonly item: z.ZodMiniType
}

/** Answers all items that its parameters ask for, to the people of a group. */
export interface ReportContract {
  readonly summary: string
  readonly kind: 'report'
  /** A group of the user pool. */
  readonly group: string
  /** Of the query string, by name. */
  readonly parameters: z.ZodMiniObject<Readonly<Record<string, z.ZodMiniOptional<z.ZodMiniType>>>>
  readonly item: z.ZodMiniType
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
  readonly function: 'command-api' | 'upload-api' | 'query-api'
  readonly access: 'public' | 'token'
}

export const routes: readonly Route[] = [
  { path: '/commands/{name}', methods: 'ANY', function: 'command-api', access: 'token' },
  ...Object.entries<CommandContract>(commands).flatMap(([name, command]): Route[] =>
    command.function === undefined
      ? []
      : [{ path: `/commands/${name}`, methods: 'ANY', function: command.function, access: 'token' }],
  ),
  ...Object.keys(queries).map(
    (path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'token' }),
  ),
  ...publicPaths.map((path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'public' })),
]
