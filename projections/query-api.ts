import { createDynamoClient } from '../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../commands/event-store/environment.ts'
import { createEventStore } from '../commands/event-store/event-store.ts'
import { deadlineIn, systemClock } from '../commands/event-store/system-clock.ts'
import { type ApiRequest, type ApiResponse, apiHandler } from '../commands/http/api.ts'
import { type QueryPath, queries } from '../commands/http/contract.ts'
import { encodeCursor, parseCursor } from '../commands/http/cursor.ts'
import { parsePositions } from '../commands/http/position.ts'
import { Problem } from '../domain/kernel/problem.ts'
import { createDynamoRowStore } from './engine/dynamo-row-store.ts'
import { generations } from './generations.ts'
import { isPublicPath, publicPages } from './public-pages.ts'
import { type ManyQuery, type OneQuery, type QueryContext, queryHandlers } from './query-handlers.ts'
import { readAfter } from './read-after.ts'

/** A query that has to catch a stream up gives up after so many milliseconds. */
const readAfterMs = 2000

const clock = systemClock
const client = createDynamoClient()
const store = createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock)
const rows = createDynamoRowStore(client, environment('READ_MODEL_TABLE'), clock)

async function handleQuery(request: ApiRequest): Promise<ApiResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Problem('method-not-allowed', 'Queries are read by GET.', { allow: 'GET, HEAD' })
  }
  if (isPublicPath(request.route)) return publicPages[request.route](request)
  if (!isQueryPath(request.route)) throw new Problem('not-found', 'There is no such query.')

  const context: QueryContext = { rows, userId: request.identity().userId, parameters: request.parameters }
  const query = queryHandlers[request.route]
  await honourPositions(request, context, query)
  return 'list' in query ? answerMany(request, context, query) : answerOne(request, context, query)
}

async function honourPositions(
  request: ApiRequest,
  context: QueryContext,
  query: Pick<OneQuery<unknown>, 'generation' | 'dependsOn'>,
): Promise<void> {
  const positions = parsePositions(request.headers['read-after']).filter((position) =>
    query.dependsOn(context, position),
  )
  const generation = generations.find(({ id }) => id === query.generation)
  if (generation === undefined) throw new Problem('internal', `There is no generation ${query.generation}.`)
  await readAfter(generation, positions, { store, rows, clock, deadline: deadlineIn(readAfterMs, clock) })
}

async function answerOne<Item extends { readonly version: number }>(
  request: ApiRequest,
  context: QueryContext,
  query: OneQuery<Item>,
): Promise<ApiResponse> {
  const { item, cost } = await query.read(context)
  const etag = `"${query.generation}.${item.version}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  if (isCached(request.headers['if-none-match'], etag)) return { status: 304, headers, log: { cost } }
  return { status: 200, headers, body: item, log: { cost } }
}

async function answerMany<Item>(
  request: ApiRequest,
  context: QueryContext,
  query: ManyQuery<Item>,
): Promise<ApiResponse> {
  const limit = limitOf(request.query['limit'])
  const given = request.query['cursor']
  const after = given === undefined ? undefined : parseCursor(given, query.generation).after
  const { items, next, cost } = await query.list(context, { after, limit })
  const cursor = next === undefined ? {} : { cursor: encodeCursor({ build: query.generation, after: next }) }
  return {
    status: 200,
    headers: { 'cache-control': 'private, no-cache' },
    body: { items, ...cursor },
    log: { cost },
  }
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

export const handler = apiHandler(handleQuery)
