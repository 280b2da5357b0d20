import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { createAccess, type Register, type RequestContext } from '../../commands/http/access.ts'
import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import { encodeCursor, parseCursor } from '../../commands/http/cursor.ts'
import { HttpProblem } from '../../commands/http/http-problem.ts'
import type { OpenApi } from '../../commands/http/openapi.ts'
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
import { readAfter } from './read-after.ts'

/** How long a query may take to catch a stream up. */
const readAfterMs = 2000
/** How long a query may take to register a person first. */
const accessMs = 8000
/** Time that is kept back to answer before the function is cut off. */
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
    // A guard behind the registration is caught up. A registration stays in the guard, so that is far enough.
    const upToRegistration = { store, rows, clock, deadline, until: 1 }
    const { live } = await readable()
    const generation = live(accounts.projection)
    const { state, cost } = await generation.catchUp(accounts.streamOf(userId), upToRegistration)
    return { accountStatus: accounts.statusOf(state), cost }
  }
  const access = createAccess({ accountStatusOf, register, clock })

  const honourPositions = async (
    request: ApiRequest,
    context: QueryContext,
    query: AnyQuery,
  ): Promise<void> => {
    const own = accounts.streamOf(context.userId)
    const given = parsePositions(request.headers['read-after'])
    const positions = given.filter(
      (position) => position.stream === own || query.dependsOn(context, position),
    )
    const read = new Set([accounts.projection, ...projectionsOf(query)])
    const deadline = deadlineIn(readAfterMs, clock)
    await Promise.all(
      [...read].map((name) =>
        readAfter(context.generation(name), positions, { store, rows, clock, deadline }),
      ),
    )
    // A change of their own account may be news to this environment.
    if (positions.some(({ stream }) => stream === own)) access.remember(context.userId, { status: 'unknown' })
  }

  return async (request: ApiRequest): Promise<ApiResponse> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpProblem('method-not-allowed', 'Queries are read by GET.', { allow: 'GET, HEAD' })
    }
    const page = valueAt(pages, request.route)
    if (page !== undefined) return page(request)
    const contract = valueAt(queries, request.route)
    const query = valueAt(handlers, request.route)
    if (contract === undefined || query === undefined)
      throw new Problem('not-found', 'There is no such query.')

    const { userId, groups } = request.identity()
    const { correlationId, parameters } = request
    if (contract.kind === 'report' && !groups.includes(contract.group))
      throw new Problem('forbidden', `This is for the group ${contract.group}.`)
    const context: QueryContext = {
      rows,
      userId,
      parameters,
      query: request.query,
      now: clock.now,
      generation: generationsFor(request, query, await readable()),
    }
    await honourPositions(request, context, query)
    const deadline = deadlineIn(Math.min(accessMs, request.remainingMs() - reserveMs), clock)
    return access.admit({ userId, correlationId, deadline }, async (admitted) => {
      const { cost, ...response } = await answer(request, context, query)
      return { ...response, log: { cost: addCost(admitted, cost) } }
    })
  }
}

/**
 * The generations that a request reads: the live ones. A request for the next page of another generation reads that
 * one, while it is listed.
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

type Answer = ApiResponse & { readonly cost: Cost }

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
  if (isCached(request.headers['if-none-match'], etag)) return { status: 304, headers, cost }
  return { status: 200, headers, body: item, cost }
}

async function answerReport(context: QueryContext, query: ReportQuery<unknown>): Promise<Answer> {
  const { items, cost } = await query.report(context)
  return { status: 200, headers: { 'cache-control': 'private, no-cache' }, body: { items }, cost }
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
  return { status: 200, headers: { 'cache-control': 'private, no-cache' }, body: { items, ...cursor }, cost }
}

/** `If-None-Match` compares weakly, RFC 9110. */
function isCached(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

function limitOf(given: string | undefined): number {
  if (given === undefined) return 20
  const limit = /^\d{1,3}$/.test(given) ? Number(given) : 0
  if (limit >= 1 && limit <= 100) return limit
  throw new Problem('invalid-input', 'limit is a whole number from 1 to 100.', {
    errors: [{ path: '/limit', message: 'A whole number from 1 to 100.' }],
  })
}

/** The value of a route in a record, without the properties that every object has. */
function valueAt<Value>(values: Readonly<Record<string, Value>>, route: string): Value | undefined {
  return Object.hasOwn(values, route) ? values[route] : undefined
}
