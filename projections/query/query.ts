import type * as z from 'zod/mini'
import type { ApiRequest } from '../../commands/http/api.ts'
import type { QueryContract } from '../../commands/http/contract-types.ts'
import type { Position } from '../../commands/http/position.ts'
import type { Cost } from '../../domain/kernel/cost.ts'
import type { ListOptions, ListPage, RowStore } from '../engine/row-store.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'

/** The input of a query: the request, and the read models for this request. */
export interface QueryContext {
  readonly rows: RowStore
  readonly userId: string
  readonly parameters: ApiRequest['parameters']
  readonly query: ApiRequest['query']
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Returns the generation of a projection that this request reads. */
  readonly generation: (projection: string) => AnyGeneration
}

interface Query {
  /**
   * Whether the answer may depend on a position in `Read-After`. This is decided before anything is read. Every answer
   * depends on the positions of the person's own stream.
   */
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
}

/** A query that reads the rows of one projection. Entity tags and cursors name its generation. */
interface RowQuery<Item> extends Query {
  readonly projection: string
  /** Other projections that the query joins. */
  readonly joins?: readonly string[]
  /**
   * Whether a person who gets these items may know of the position's stream. It is not called for streams with the
   * person's own id, an id in the path or the id of an item, because the person may always know of those.
   */
  shows?(context: QueryContext, position: Position, items: readonly Item[]): boolean | Promise<boolean>
}

/**
 * A query for one item. Its entity tag consists of the generation, the version, and the part that changes without a new
 * version.
 */
export interface OneQuery<Item> extends RowQuery<Item> {
  /** `varies` identifies the part of the item that changes without an event, if there is one. */
  readonly read: (context: QueryContext) => Promise<{ item: Item; varies?: string | undefined; cost: Cost }>
}

/** A query for a page of items. Its cursor consists of the generation and the sort key of the last item. */
export interface ManyQuery<Item> extends RowQuery<Item> {
  readonly list: (context: QueryContext, options: ListOptions) => Promise<ListPage<Item>>
}

/** A query for all requested items, for the group that its contract names. */
export interface ReportQuery<Item> extends Query {
  /** The projections that the query reads. */
  readonly projections: readonly string[]
  readonly report: (context: QueryContext) => Promise<{ items: readonly Item[]; cost: Cost }>
}

export type AnyQuery = OneQuery<{ readonly version: number }> | ManyQuery<unknown> | ReportQuery<unknown>

/** The names of the projections that a query reads. */
export function projectionsOf(query: AnyQuery): readonly string[] {
  return 'report' in query ? query.projections : [query.projection, ...(query.joins ?? [])]
}

/** The contracts of queries, by path. */
export type QueryContracts = Readonly<Record<string, QueryContract>>

interface HandlerOfKind<Item> {
  readonly one: OneQuery<Item>
  readonly many: ManyQuery<Item>
  readonly report: ReportQuery<Item>
}

/** A handler for each query of a contract. */
export type QueryHandlers<Contracts extends QueryContracts> = {
  readonly [Path in keyof Contracts]: HandlerOfKind<z.infer<Contracts[Path]['item']>>[Contracts[Path]['kind']]
}
