import type { QueryItem, QueryPath, queries } from '../commands/contract.ts'
import type { ApiRequest } from '../commands/http/api.ts'
import type { Position } from '../commands/http/position.ts'
import type { Cost } from '../domain/kernel/cost.ts'
import { analyticsQueries } from './analytics/queries.ts'
import type { ListOptions, Page, RowStore } from './engine/row-store.ts'
import type { AnyGeneration } from './generations/any-generation.ts'
import { projectQueries } from './project/queries.ts'
import { subscriptionQueries } from './subscription/queries.ts'
import type { FileLinks } from './upload/file-links.ts'
import { uploadQueries } from './upload/queries.ts'
import { userQueries } from './user/queries.ts'

export interface QueryContext {
  readonly rows: RowStore
  readonly links: FileLinks
  readonly userId: string
  readonly parameters: ApiRequest['parameters']
  readonly query: ApiRequest['query']
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The generation of a projection that this request reads. */
  readonly generation: (projection: string) => AnyGeneration
}

interface Query {
  /** The projection that it answers from: its entity tags and cursors name the generation. */
  readonly projection: string
  /** Others that it joins. */
  readonly joins?: readonly string[]
  /** The positions in `Read-After` that the answer depends on. That of the person's own stream always is one. */
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
}

/** Answers one item; its entity tag is the generation and the version, with what changes under the same version. */
export interface OneQuery<Item> extends Query {
  /** `varies` is what of the item changes without an event, if anything. */
  readonly read: (context: QueryContext) => Promise<{ item: Item; varies?: string | undefined; cost: Cost }>
}

/** Answers a page of items; its cursor is the generation and the sort key of the last. */
export interface ManyQuery<Item> extends Query {
  readonly list: (context: QueryContext, options: ListOptions) => Promise<Page<Item>>
}

/** Answers all items that it is asked for, to the group that its contract names. */
export interface ReportQuery<Item> extends Query {
  readonly report: (context: QueryContext) => Promise<{ items: readonly Item[]; cost: Cost }>
}

type Handlers<Item> = {
  readonly one: OneQuery<Item>
  readonly many: ManyQuery<Item>
  readonly report: ReportQuery<Item>
}

export type QueryHandlers = {
  readonly [Path in QueryPath]: Handlers<QueryItem<Path>>[(typeof queries)[Path]['kind']]
}

export const queryHandlers: QueryHandlers = {
  ...userQueries,
  ...projectQueries,
  ...subscriptionQueries,
  ...uploadQueries,
  ...analyticsQueries,
}
