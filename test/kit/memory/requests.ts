import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { ApiHandler } from '../../../commands/http/api.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  /** JSON of any shape: each test checks the fields that it needs. */
  readonly body: Record<string, unknown>
}

/** The two APIs of one environment. */
export interface Apis {
  readonly commands: ApiHandler
  readonly queries: ApiHandler
}

export const lambdaContext = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 }

type Texts = Readonly<Record<string, string>>

/** The parts of a request that a client chooses. */
export interface RequestParts {
  readonly parameters?: Record<string, string>
  readonly query?: Record<string, string>
  readonly headers?: Texts
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/** Sends requests to the current APIs, as API Gateway does. */
export function requestsTo<Name extends string>(
  apis: () => Apis,
  { queries }: { readonly commands: Readonly<Record<Name, unknown>>; readonly queries: object },
  claimsOf: (userId: string) => Texts,
) {
  const paths = Object.keys(queries)
  const get = (userId: string, query: string, headers: Texts) => {
    const [path = '', search = ''] = query.split('?')
    const parts = path.split('/')
    const route = paths.find((candidate) => {
      const names = candidate.split('/')
      return (
        names.length === parts.length && names.every((name, i) => name.startsWith('{') || name === parts[i])
      )
    })
    const names = (route ?? path)
      .split('/')
      .flatMap((name, i) => (name.startsWith('{') ? [[name.slice(1, -1), parts[i]]] : []))
    const request = requestOf('GET', route ?? path, claimsOf(userId), Object.fromEntries(names), headers)
    return answerOf(apis().queries, {
      ...request,
      queryStringParameters: joined(new URLSearchParams(search)),
    })
  }
  return {
    /** Sends a request unchanged to one of the two APIs. */
    send(api: keyof Apis, userId: string, method: string, route: string, parts: RequestParts) {
      const { parameters = {}, headers = {}, query = {}, ...body } = parts
      return answerOf(apis()[api], {
        ...requestOf(method, route, claimsOf(userId), parameters, headers),
        queryStringParameters: query,
        ...body,
      })
    },
    command(userId: string, name: Name, body: Readonly<Record<string, unknown>> = {}, headers: Texts = {}) {
      const all = { 'content-type': 'application/json', ...headers }
      const request = requestOf('POST', '/commands/{name}', claimsOf(userId), { name }, all)
      return answerOf(apis().commands, { ...request, body: JSON.stringify(body) })
    },
    get,
    /** `query` is the path, with its parameters filled in. */
    query(userId: string, query: string, ...positions: unknown[]) {
      return get(userId, query, positions.length === 0 ? {} : { 'read-after': positions.join(', ') })
    },
    /** The same query from a client that already has the response with this entity tag. */
    ifNoneMatch(userId: string, query: string, etag: string) {
      return get(userId, query, { 'if-none-match': etag })
    },
  }
}

/** The parameters by name. Values of the same name are joined with a comma, as API Gateway does it. */
function joined(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join()]),
  )
}

function requestOf(
  method: string,
  route: string,
  claims: Texts,
  pathParameters: Record<string, string>,
  headers: Texts,
): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: `ANY ${route}`,
    rawPath: route,
    rawQueryString: '',
    headers: { 'x-correlation-id': randomUUID(), ...headers },
    pathParameters,
    isBase64Encoded: false,
    requestContext: {
      http: { method, path: route, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      domainName: 'api.example.com',
      authorizer: { jwt: { claims, scopes: [] } },
    } as never, // The fields that the handlers read.
  }
}

async function answerOf(handler: ApiHandler, event: APIGatewayProxyEventV2): Promise<Answer> {
  const { statusCode = 0, headers = {}, body } = await handler(event, lambdaContext)
  return { status: statusCode, headers, body: JSON.parse(body ?? '{}') }
}
