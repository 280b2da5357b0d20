import type * as z from 'zod/mini'
import type { ApiRequest } from '../../commands/http/api.ts'
import type { QueryContract } from '../../commands/http/contract-types.ts'
import type { Position } from '../../commands/http/position.ts'
import type { Cost } from '../../domain/kernel/cost.ts'
import type { ListOptions, ListPage, RowStore } from '../engine/row-store.ts'
import type { AnyGeneration } from '../generations/any-generation.ts'

/** The input of a query: the request, and the read models as this request sees them. */
export interface QueryContext {
  readonly rows: RowStore
  readonly userId: string
  readonly parameters: ApiRequest['parameters']
  readonly query: ApiRequest['query']
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The generation of a projection that this request reads. */
  readonly generation: (projection: string) => AnyGeneration
}

interface Query {
  /**
   * Whether the answer may depend on a position in `Read-After`, before anything is read. It always depends on those of
   * the person's own stream.
   */
  readonly dependsOn: (context: QueryContext, position: Position) => boolean
}

/** Answers from the rows of one projection: entity tags and cursors name the generation. */
interface RowQuery<Item> extends Query {
  readonly projection: string
  /** Other projections that it joins. */
  readonly joins?: readonly string[]
  /**
   * Whether the person who got these items may know of a stream that the answer depends on, besides those whose id is
   * the person's, in the path, or the id of an item.
   */
  shows?(context: QueryContext, position: Position, items: readonly Item[]): boolean | Promise<boolean>
}

/** Answers one item. Its entity tag is the generation and the version, with what changes under the same version. */
export interface OneQuery<Item> extends RowQuery<Item> {
  /** `varies` names the part of the item that changes without an event, if there is one. */
  readonly read: (context: QueryContext) => Promise<{ item: Item; varies?: string | undefined; cost: Cost }>
}

/** Answers a page of items. Its cursor is the generation and the sort key of the last item. */
export interface ManyQuery<Item> extends RowQuery<Item> {
  readonly list: (context: QueryContext, options: ListOptions) => Promise<ListPage<Item>>
}

/** Answers all requested items, to the group that its contract names. */
export interface ReportQuery<Item> extends Query {
  /** The projections that it reads. */
  readonly projections: readonly string[]
  readonly report: (context: QueryContext) => Promise<{ items: readonly Item[]; cost: Cost }>
}

export type AnyQuery = OneQuery<{ readonly version: number }> | ManyQuery<unknown> | ReportQuery<unknown>

/** The names of the projections that a query reads. */
export function projectionsOf(query: AnyQuery): readonly string[] {
  return 'report' in query ? query.projections : [query.projection, ...(query.joins ?? [])]
}

/** Contracts of queries by their paths. */
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
