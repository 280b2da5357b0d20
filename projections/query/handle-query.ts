import * as z from 'zod/mini'
import { deadlineIn } from '../../commands/aws/system-clock.ts'
import { type QueryPath, queries } from '../../commands/contract.ts'
import {
  type AccountStatus,
  createAccess,
  type Register,
  type RequestContext,
} from '../../commands/http/access.ts'
import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import { encodeCursor, parseCursor } from '../../commands/http/cursor.ts'
import { HttpProblem } from '../../commands/http/http-problem.ts'
import { parsePositions } from '../../commands/http/position.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { RowStore } from '../engine/row-store.ts'
import type { GenerationLists } from '../generations/generation-list.ts'
import { createReadable, type Readable } from '../generations/listed-generations.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import {
  type ManyQuery,
  type OneQuery,
  type QueryContext,
  queryHandlers,
  type ReportQuery,
} from '../queries.ts'
import type { FileLinks } from '../upload/file-links.ts'
import { usersV1 } from '../user/v1/projection.ts'
import { userStream } from '../user/v1/queries.ts'
import { isPublicPath, publicPages } from './public-pages.ts'
import { readAfter } from './read-after.ts'

/** A query that has to catch a stream up gives up after so many milliseconds. */
const readAfterMs = 2000
/** One that has to register a person first: after so many, or half a second before the function is cut off. */
const admissionMs = 8000
const reserveMs = 500

/** What every version of `users` says of a person. */
const anyUser = z.object({ status: z.enum(['none', 'registered', 'deleted']) })

export interface QueryPorts {
  readonly store: EventStore
  readonly rows: RowStore
  readonly versions: ProjectionVersions
  readonly lists: GenerationLists
  readonly links: FileLinks
  readonly register: Register
  readonly clock: Clock
}

/** Makes what answers the requests of the query API. */
export function queryHandler({ store, rows, versions, lists, links, register, clock }: QueryPorts) {
  const readable = createReadable(versions, lists, clock)
  const accountStatusOf = async ({ userId, deadline }: RequestContext) => {
    // Where the guard is behind the registration, it is caught up; who was registered is in the guard for good.
    const options = { store, rows, clock, deadline, until: 1 }
    const { live } = await readable()
    const { state, cost } = await live(usersV1.name).catchUp(userStream(userId), options)
    const { status } = anyUser.parse(state)
    const accountStatus: AccountStatus = { status: status === 'none' ? 'unknown' : status }
    return { accountStatus, cost }
  }
  const access = createAccess({ accountStatusOf, register, clock })

  const honourPositions = async (
    request: ApiRequest,
    context: QueryContext,
    query: OneQuery<unknown> | ManyQuery<unknown> | ReportQuery<unknown>,
  ): Promise<void> => {
    const own = userStream(context.userId)
    const given = parsePositions(request.headers['read-after'])
    const positions = given.filter(
      (position) => position.stream === own || query.dependsOn(context, position),
    )
    const read = new Set([usersV1.name, query.projection, ...(query.joins ?? [])])
    const deadline = deadlineIn(readAfterMs, clock)
    await Promise.all(
      [...read].map((name) =>
        readAfter(context.generation(name), positions, { store, rows, clock, deadline }),
      ),
    )
    // What they did to their own account may be news to this environment.
    if (positions.some(({ stream }) => stream === own)) access.remember(context.userId, { status: 'unknown' })
  }

  return async (request: ApiRequest): Promise<ApiResponse> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpProblem('method-not-allowed', 'Queries are read by GET.', { allow: 'GET, HEAD' })
    }
    if (isPublicPath(request.route)) return publicPages[request.route](request)
    if (!isQueryPath(request.route)) throw new Problem('not-found', 'There is no such query.')

    const { userId, groups } = request.identity()
    const { correlationId, parameters } = request
    const query = queryHandlers[request.route]
    const contract = queries[request.route]
    if (contract.kind === 'report' && !groups.includes(contract.group))
      throw new Problem('forbidden', `This is for the group ${contract.group}.`)
    const generation = generationsFor(request, query.projection, await readable())
    const context: QueryContext = {
      rows,
      links,
      userId,
      parameters,
      query: request.query,
      now: clock.now,
      generation,
    }
    await honourPositions(request, context, query)
    const deadline = deadlineIn(Math.min(admissionMs, request.remainingMs() - reserveMs), clock)
    return access.admit({ userId, correlationId, deadline }, async (admitted) => {
      const { cost, ...response } =
        'list' in query
          ? await answerMany(request, context, query)
          : 'report' in query
            ? await answerReport(context, query)
            : await answerOne(request, context, query)
      return { ...response, log: { cost: addCost(admitted, cost) } }
    })
  }
}

/**
 * The generations that a request reads: the live ones, but where it goes on with a page of another, that one for as
 * long as it is listed.
 */
function generationsFor(
  request: ApiRequest,
  projection: string,
  { live, listed }: Readable,
): QueryContext['generation'] {
  const given = request.query['cursor']
  const isThere = (build: string) => listed(build)?.projection === projection
  const named = given === undefined ? undefined : listed(parseCursor(given, isThere).build)
  return (name) => (name === projection && named !== undefined ? named : live(name))
}

async function answerOne(
  request: ApiRequest,
  context: QueryContext,
  query: OneQuery<{ readonly version: number }>,
): Promise<ApiResponse & { cost: Cost }> {
  const { item, varies, cost } = await query.read(context)
  const tag = [context.generation(query.projection).id, item.version, varies]
  const etag = `"${tag.filter((part) => part !== undefined).join('.')}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  if (isCached(request.headers['if-none-match'], etag)) return { status: 304, headers, cost }
  return { status: 200, headers, body: item, cost }
}

async function answerReport(
  context: QueryContext,
  query: ReportQuery<unknown>,
): Promise<ApiResponse & { cost: Cost }> {
  const { items, cost } = await query.report(context)
  return { status: 200, headers: { 'cache-control': 'private, no-cache' }, body: { items }, cost }
}

async function answerMany(
  request: ApiRequest,
  context: QueryContext,
  query: ManyQuery<unknown>,
): Promise<ApiResponse & { cost: Cost }> {
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

function isQueryPath(route: string): route is QueryPath {
  return Object.hasOwn(queries, route)
}
