import type { ApiRequest } from '../commands/http/api.ts'
import type { QueryItem, QueryPath, queries } from '../commands/http/contract.ts'
import type { Position } from '../commands/http/position.ts'
import type { Cost } from '../domain/kernel/event-store.ts'
import { streamName } from '../domain/kernel/stream.ts'
import { generationId } from './engine/projection.ts'
import type { ListOptions, RowStore } from './engine/row-store.ts'
import { listProjects, projects, readProject } from './projects/v1/queries.ts'

export interface QueryContext {
  readonly rows: RowStore
  readonly userId: string
  readonly parameters: ApiRequest['parameters']
}

/** Answers one item; its entity tag is the generation and the version. */
export interface OneQuery<Item> {
  readonly generation: string
  /** The positions in `Read-After` that the answer depends on. */
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
  readonly read: (context: QueryContext) => Promise<{ item: Item; cost: Cost }>
}

/** Answers a page of items; its cursor is the generation and the sort key of the last. */
export interface ManyQuery<Item> {
  readonly generation: string
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
  readonly list: (
    context: QueryContext,
    options: ListOptions,
  ) => Promise<{ items: readonly Item[]; next: string | undefined; cost: Cost }>
}

export type QueryHandlers = {
  readonly [Path in QueryPath]: (typeof queries)[Path]['many'] extends true
    ? ManyQuery<QueryItem<Path>>
    : OneQuery<QueryItem<Path>>
}

const projectsGeneration = generationId(projects)

export const queryHandlers: QueryHandlers = {
  '/projects/{projectId}': {
    generation: projectsGeneration,
    dependsOn: ({ parameters }, { stream }) =>
      stream === streamName('project', parameters['projectId'] ?? ''),
    read: ({ rows, userId, parameters }) => readProject(rows, userId, parameters['projectId'] ?? ''),
  },
  '/me/projects': {
    generation: projectsGeneration,
    dependsOn: () => true,
    list: ({ rows, userId }, options) => listProjects(rows, userId, options),
  },
}
