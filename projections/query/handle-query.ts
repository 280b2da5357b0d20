import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { createAccess, type Register, type RequestContext } from '../../commands/http/access.ts'
import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import { limitOf, pathParametersOf, queryParametersOf } from '../../commands/http/client-text.ts'
import type { QueryContract } from '../../commands/http/contract-types.ts'
import { encodeCursor, parseCursor } from '../../commands/http/cursor.ts'
import { HttpProblem } from '../../commands/http/http-problem.ts'
import type { OpenApi } from '../../commands/http/openapi/document.ts'
import { parsePositions } from '../../commands/http/position.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable, type Readable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import type { Accounts } from './accounts.ts'
import { shownIn, writtenBy } from './known-streams.ts'
import { publicPages } from './public-pages.ts'
import {
  type AnyQuery,
  type ManyQuery,
  type OneQuery,
  projectionsOf,
  type QueryContext,
  type QueryContracts,
  type ReportQuery,
} from './query.ts'
import { notYet, readAfter, type Unreached } from './read-after.ts'

/** Maximum time to catch up the streams of a query, in milliseconds. */
const readAfterMs = 2000
/** Maximum time to register a person before a query, in milliseconds. */
const accessMs = 8000
/** Time that is kept in reserve to answer before Lambda stops the function, in milliseconds. */
const reserveMs = 500

export interface QueryApiOptions {
  readonly queries: QueryContracts
  /** The handler of each query, by its path. */
  readonly handlers: Readonly<Record<string, AnyQuery>>
  readonly openApi: (apiUrl: string) => OpenApi
  readonly accounts: Accounts
  readonly versions: ProjectionVersions
  readonly store: EventStore
  readonly rows: RowStore
  readonly lists: GenerationLists
  readonly register: Register
  readonly clock: Clock
}

/** Makes the handler of the query API's requests. */
export function queryHandler(options: QueryApiOptions) {
  const { queries, handlers, openApi, accounts, versions, store, rows, lists, register, clock } = options
  const readable = createReadable(versions, lists, clock)
  const pages = publicPages(openApi)

  const accountStatusOf = async ({ userId, deadline }: RequestContext) => {
    // If the guard is behind the registration, it is caught up. Version 1 is enough, because a registration stays in
    // the state.
    const upToRegistration = { store, rows, clock, deadline, until: 1 }
    const { live } = await readable()
    const generation = live(accounts.projection)
    const { state, cost } = await generation.catchUp(accounts.streamOf(userId), upToRegistration)
    return { accountStatus: accounts.statusOf(state), cost }
  }
  const access = createAccess({ accountStatusOf, register, clock })

  /** Brings the read models of the query to the positions of the request. Returns those that cannot be reached. */
  const honourPositions = async (
    request: ApiRequest,
    context: QueryContext,
    query: AnyQuery,
  ): Promise<readonly Unreached[]> => {
    const own = accounts.streamOf(context.userId)
    const given = parsePositions(request.headers['read-after'])
    const positions = given.filter(
      (position) => position.stream === own || query.dependsOn(context, position),
    )
    const read = new Set([accounts.projection, ...projectionsOf(query)])
    const deadline = deadlineIn(readAfterMs, clock)
    const unreached = await Promise.all(
      [...read].map((name) =>
        readAfter(context.generation(name), positions, { store, rows, clock, deadline }),
      ),
    )
    // This execution environment may not know of a change to the person's own account yet.
    if (positions.some(({ stream }) => stream === own)) access.remember(context.userId, { status: 'unknown' })
    return unreached.flat()
  }

  /** Answers the query. A position that was not reached is an error only if the person may know of its stream. */
  const answerAfter = async (
    unreached: readonly Unreached[],
    request: ApiRequest,
    context: QueryContext,
    query: AnyQuery,
  ): Promise<Answer> => {
    const writtenHere = () => writtenBy(context.userId, unreached, store, deadlineIn(readAfterMs, clock))
    const answered = await answer(request, context, query).catch(async (error: unknown) => {
      const isMissing = error instanceof Problem && error.code === 'not-found'
      const written = isMissing ? await writtenHere() : undefined
      throw written === undefined ? error : notYet(written)
    })
    const hidden = (await shownIn(unreached, context, query, answered.items)) ?? (await writtenHere())
    if (hidden !== undefined) throw notYet(hidden)
    return answered
  }

  return async (request: ApiRequest): Promise<ApiResponse> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpProblem('method-not-allowed', 'Send queries by GET.', { allow: 'GET, HEAD' })
    }
    const page = valueAt(pages, request.route)
    if (page !== undefined) {
      queryParametersOf(request, [])
      return page(request)
    }
    const contract = valueAt(queries, request.route)
    const query = valueAt(handlers, request.route)
    if (contract === undefined || query === undefined)
      throw new Problem('not-found', 'There is no such query.')

    const { userId, groups } = request.identity()
    const { correlationId } = request
    if (contract.kind === 'report' && !groups.includes(contract.group))
      throw new Problem('forbidden', `Only members of the group ${contract.group} may send this query.`)
    const context: QueryContext = {
      rows,
      userId,
      parameters: pathParametersOf(request),
      query: queryParametersOf(request, parametersOf(contract)),
      now: clock.now,
      generation: generationsFor(request, query, await readable()),
    }
    const unreached = await honourPositions(request, context, query)
    const deadline = deadlineIn(Math.min(accessMs, request.remainingMs() - reserveMs), clock)
    return access.admit({ userId, correlationId, deadline }, async (admitted) => {
      const { cost, items: _, ...response } = await answerAfter(unreached, request, context, query)
      return { ...response, log: { cost: addCost(admitted, cost) } }
    })
  }
}

/** The names of the query parameters that a query accepts. */
function parametersOf(contract: QueryContract): readonly string[] {
  switch (contract.kind) {
    case 'one':
      return []
    case 'many':
      return ['limit', 'cursor']
    case 'report':
      return Object.keys(contract.parameters.shape)
  }
}

/**
 * The generations that a request reads. These are the live ones. A request with the cursor of another generation reads
 * that one while it is listed.
 */
function generationsFor(
  request: ApiRequest,
  query: AnyQuery,
  { live, listed }: Readable,
): QueryContext['generation'] {
  const given = request.query['cursor']
  if ('report' in query || given === undefined) return live
  const { projection } = query
  const isThere = (build: string) => listed(build)?.projection === projection
  const named = listed(parseCursor(given, isThere).build)
  return (name) => (name === projection && named !== undefined ? named : live(name))
}

/** A response, with the items that it contains. At a 304, these are the items that the client already has. */
type Answer = ApiResponse & { readonly items: readonly unknown[]; readonly cost: Cost }

function answer(request: ApiRequest, context: QueryContext, query: AnyQuery): Promise<Answer> {
  if ('list' in query) return answerMany(request, context, query)
  return 'report' in query ? answerReport(context, query) : answerOne(request, context, query)
}

async function answerOne(
  request: ApiRequest,
  context: QueryContext,
  query: OneQuery<{ readonly version: number }>,
): Promise<Answer> {
  const { item, varies, cost } = await query.read(context)
  const tag = [context.generation(query.projection).id, item.version, varies]
  const etag = `"${tag.filter((part) => part !== undefined).join('.')}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  if (isCached(request.headers['if-none-match'], etag)) return { status: 304, headers, items: [item], cost }
  return { status: 200, headers, body: item, items: [item], cost }
}

async function answerReport(context: QueryContext, query: ReportQuery<unknown>): Promise<Answer> {
  const { items, cost } = await query.report(context)
  return { status: 200, headers: { 'cache-control': 'private, no-cache' }, body: { items }, items, cost }
}

async function answerMany(
  request: ApiRequest,
  context: QueryContext,
  query: ManyQuery<unknown>,
): Promise<Answer> {
  const limit = limitOf(request.query['limit'])
  const given = request.query['cursor']
  const { id: build } = context.generation(query.projection)
  const after = given === undefined ? undefined : parseCursor(given, (named) => named === build).after
  const { items, next, cost } = await query.list(context, { after, limit })
  const cursor = next === undefined ? {} : { cursor: encodeCursor({ build, after: next }) }
  return {
    status: 200,
    headers: { 'cache-control': 'private, no-cache' },
    body: { items, ...cursor },
    items,
    cost,
  }
}

/** Compares `If-None-Match` weakly (RFC 9110). */
function isCached(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

/** The value of a route in a record. Properties that every object inherits are ignored. */
function valueAt<Value>(values: Readonly<Record<string, Value>>, route: string): Value | undefined {
  return Object.hasOwn(values, route) ? values[route] : undefined
}
