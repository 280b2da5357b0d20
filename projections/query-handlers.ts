import type { ApiRequest } from '../commands/http/api.ts'
import type { QueryItem, QueryPath, queries } from '../commands/http/contract.ts'
import type { Position } from '../commands/http/position.ts'
import type { Cost } from '../domain/kernel/event-store.ts'
import { parseStreamName, streamName } from '../domain/kernel/stream.ts'
import { generationId } from './engine/projection.ts'
import type { ListOptions, Page, RowStore } from './engine/row-store.ts'
import { listMembers, listProjects, projects, readProject } from './projects/v1/queries.ts'
import { readNames, readUser, userStream, users } from './users/v1/queries.ts'

export interface QueryContext {
  readonly rows: RowStore
  readonly userId: string
  readonly parameters: ApiRequest['parameters']
}

interface Query {
  /** The generation that it answers from: its entity tags and cursors name it. */
  readonly generation: string
  /** Another one that it joins. */
  readonly joins?: string
  /** The positions in `Read-After` that the answer depends on. That of the person's own stream always is one. */
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
}

/** Answers one item; its entity tag is the generation and the version. */
export interface OneQuery<Item> extends Query {
  readonly read: (context: QueryContext) => Promise<{ item: Item; cost: Cost }>
}

/** Answers a page of items; its cursor is the generation and the sort key of the last. */
export interface ManyQuery<Item> extends Query {
  readonly list: (context: QueryContext, options: ListOptions) => Promise<Page<Item>>
}

export type QueryHandlers = {
  readonly [Path in QueryPath]: (typeof queries)[Path]['many'] extends true
    ? ManyQuery<QueryItem<Path>>
    : OneQuery<QueryItem<Path>>
}

const projectIdOf = ({ parameters }: QueryContext) => parameters['projectId'] ?? ''
const isOfProject = (context: QueryContext, { stream }: Position) =>
  stream === streamName('project', projectIdOf(context))

export const queryHandlers: QueryHandlers = {
  '/me': {
    generation: generationId(users),
    dependsOn: ({ userId }, { stream }) => stream === userStream(userId),
    read: ({ rows, userId }) => readUser(rows, userId),
  },
  '/projects/{projectId}': {
    generation: generationId(projects),
    dependsOn: isOfProject,
    read: (context) => readProject(context.rows, context.userId, projectIdOf(context)),
  },
  '/projects/{projectId}/members': {
    generation: generationId(projects),
    joins: generationId(users),
    // Anybody may be a member, and be shown by name.
    dependsOn: (context, position) =>
      isOfProject(context, position) || parseStreamName(position.stream).aggregate === 'user',
    list: (context, options) =>
      listMembers(context.rows, context.userId, projectIdOf(context), options, readNames),
  },
  '/me/projects': {
    generation: generationId(projects),
    dependsOn: () => true,
    list: ({ rows, userId }, options) => listProjects(rows, userId, options),
  },
}
