import { randomUUID } from 'node:crypto'
import { Logger } from '@aws-lambda-powertools/logger'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { Problem } from '../../domain/kernel/problem.ts'
import { asError } from '../aws/errors.ts'
import { utf8BodyOf } from './client-text.ts'
import { HttpProblem } from './http-problem.ts'
import { type ProblemDetails, problemDetails } from './problem-details.ts'

/** A request to either API. Header names are in lower case. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** The route's path, such as `/projects/{projectId}`. */
  readonly route: string
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as text. Reading this property throws `invalid-input` unless the body is UTF-8. */
  readonly body: string
  /** The address of this API that the client used. */
  readonly apiUrl: string
  readonly correlationId: string
  /** The id of this request. It becomes the causation id of the events that the request causes. */
  readonly requestId: string
  /** Milliseconds that the function has left. */
  readonly remainingMs: () => number
  /** The person who sends the request. Throws `unauthenticated` unless the request has an access token. */
  readonly identity: () => Identity
}

export interface Identity {
  /** Cognito's `sub`. */
  readonly userId: string
  /** The groups of the user pool that contain the person. */
  readonly groups: readonly string[]
}

export interface ApiResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. A text is sent unchanged, and `headers` state its type. */
  readonly body?: unknown
  /** Further fields of this request's log line. */
  readonly log?: Readonly<Record<string, unknown>>
}

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyStructuredResultV2>

/**
 * Makes a Lambda handler for an HTTP API. It turns every error into problem details. It writes one line to the log for
 * every request, with the correlation id and without personal data.
 */
export function apiHandler(
  handle: (request: ApiRequest) => Promise<ApiResponse>,
  logger: Pick<Logger, 'info' | 'error'> = new Logger(),
): ApiHandler {
  return async (event, context) => {
    const started = performance.now()
    const correlationId = correlationIdOf(event)
    const line = {
      correlationId,
      requestId: context.awsRequestId,
      method: event.requestContext.http.method,
      route: event.routeKey,
    }
    let response: ApiResponse
    try {
      response = await inTime(handle(requestOf(event, context, correlationId)), context)
    } catch (error) {
      response = refusalOf(error, correlationId)
      if (response.status >= 500 && !isClientsFault(error))
        logger.error('request failed', { ...line, error: asError(error) })
    }
    logger.info('request', {
      ...line,
      status: response.status,
      ms: Math.round(performance.now() - started),
      ...response.log,
    })
    return resultOf(response, correlationId)
  }
}

/** Whether a client can cause the error by the content of its request. The request's own log line then suffices. */
function isClientsFault(error: unknown): boolean {
  return error instanceof Problem && error.clientsFault
}

/** How long before its time-out a function answers that it has run out of time, in milliseconds. */
const reserveMs = 250

/** Answers before the function's time-out. If Lambda stops a function, the client gets a 500 without an explanation. */
async function inTime(
  handled: Promise<ApiResponse>,
  context: Parameters<ApiHandler>[1],
): Promise<ApiResponse> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail =
        'The request takes too long at the moment. Try again. If it is a command, send the same Idempotency-Key.'
      reject(new Problem('unavailable', detail, { retryAfterSeconds: 1 }))
    }, context.getRemainingTimeInMillis() - reserveMs)
  })
  return Promise.race([handled, late]).finally(() => clearTimeout(timer))
}

function requestOf(
  event: APIGatewayProxyEventV2,
  context: Parameters<ApiHandler>[1],
  correlationId: string,
): ApiRequest {
  const headers = event.headers
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    route: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
    parameters: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    headers,
    get body() {
      return utf8BodyOf(event.body ?? '', event.isBase64Encoded)
    },
    apiUrl: `${headers['x-forwarded-proto'] ?? 'https'}://${event.requestContext.domainName}`,
    correlationId,
    requestId: context.awsRequestId,
    remainingMs: () => context.getRemainingTimeInMillis(),
    identity: () => identityOf(event),
  }
}

/**
 * Returns the person that an access token names. API Gateway's authorizer also accepts an ID token, because its
 * audience matches. An ID token is meant for the client and not for an API.
 */
function identityOf(event: APIGatewayProxyEventV2): Identity {
  const { authorizer } = event.requestContext as {
    authorizer?: { jwt?: { claims?: Record<string, unknown> } }
  } // present on routes with the authorizer
  const claims = authorizer?.jwt?.claims
  if (claims?.['token_use'] !== 'access' || typeof claims['sub'] !== 'string') {
    throw new Problem('unauthenticated', 'Send the access token from the sign-in, not the ID token.')
  }
  return { userId: claims['sub'], groups: groupsOf(claims['cognito:groups']) }
}

/** Parses a claim that is a list. API Gateway passes it as the text `[a b]`. The name of a group has no spaces. */
function groupsOf(claim: unknown): string[] {
  const listed = typeof claim === 'string' ? /^\[(.*)\]$/.exec(claim)?.[1] : undefined
  return listed === undefined || listed === '' ? [] : listed.split(' ')
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function correlationIdOf(event: APIGatewayProxyEventV2): string {
  const given = event.headers['x-correlation-id']
  return given !== undefined && uuid.test(given) ? given : randomUUID()
}

function refusalOf(error: unknown, correlationId: string): ApiResponse {
  const problem =
    error instanceof Problem || error instanceof HttpProblem
      ? error
      : new Problem('internal', 'Unexpected error.', { cause: error })
  const details: ProblemDetails = problemDetails(problem, correlationId)
  return {
    status: details.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headersOf(problem),
    },
    body: details,
    log: { problem: details.type },
  }
}

/** The headers that HTTP requires for a problem. */
function headersOf(problem: Problem | HttpProblem): Record<string, string> {
  if (problem instanceof HttpProblem) return problem.allow === undefined ? {} : { allow: problem.allow }
  const { retryAfterSeconds } = problem
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
}

function resultOf(
  { status, headers, body }: ApiResponse,
  correlationId: string,
): APIGatewayProxyStructuredResultV2 {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  return {
    statusCode: status,
    headers: {
      // Without this header, API Gateway adds its own, and a cache would store that from a 304.
      'content-type': 'application/json',
      ...headers,
      'x-correlation-id': correlationId,
    },
    ...(text === undefined ? {} : { body: text }),
  }
}
