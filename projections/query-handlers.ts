import type { ApiRequest } from '../commands/http/api.ts'
import type { QueryItem, QueryPath, queries } from '../commands/http/contract.ts'
import type { Position } from '../commands/http/position.ts'
import type { Cost } from '../domain/kernel/event-store.ts'
import type { ListOptions, Page, RowStore } from './engine/row-store.ts'
import { projectQueries } from './projects/query-handlers.ts'
import { userQueries } from './users/query-handlers.ts'

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

export const queryHandlers: QueryHandlers = {
  ...userQueries,
  ...projectQueries,
}
