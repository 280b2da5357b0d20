import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Jwt } from './jwt-authorizer.ts'

/** The decoded path, as an HTTP API passes it on, and the raw query without the question mark. */
export interface Target {
  readonly path: string
  readonly query: string
}

export interface EventContext {
  readonly apiId: string
  readonly requestId: string
  readonly route: { readonly routeKey: string; readonly functionArn: string }
  readonly parameters: Record<string, string>
  readonly target: Target
  readonly jwt: Jwt | undefined
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer
}

/**
 * Content types that are passed on as text. All others are passed on in base64. AWS does not document the list; it
 * was found by observation.
 */
const textTypes = /^(text\/[^;]*|application\/(json|xml|javascript))\s*(;|$)/i
/** Headers that concern only client and gateway, or are passed on as `cookies`. */
const ownHeaders = ['connection', 'keep-alive', 'transfer-encoding', 'cookie']

/** Splits a URL into path and query; `undefined` if it is malformed. */
export function targetOf(url: string): Target | undefined {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/is.exec(url) ?? []
  try {
    return { path: decodeURIComponent(path), query }
  } catch {
    return undefined
  }
}

/**
 * Returns the event in payload format 2.0 (API Gateway developer guide, "Create AWS Lambda proxy integrations for
 * HTTP APIs"). Empty fields are left out.
 */
export function toEvent(
  { method = '', httpVersion, headersDistinct, headers, socket }: IncomingMessage,
  body: Buffer,
  { apiId, requestId, route: { routeKey, functionArn }, parameters, target, jwt }: EventContext,
): APIGatewayProxyEventV2 {
  const { path, query } = target
  const now = new Date()
  const [, day, month, year, clock] = now.toUTCString().split(' ')
  const sourceIp = socket.remoteAddress ?? ''
  const domainName = headers.host ?? `127.0.0.1:${socket.localPort}`
  const handedOn = Object.entries(headersDistinct).filter(([name]) => !ownHeaders.includes(name))
  const cookies = headersDistinct['cookie']?.flatMap((header) => header.split(/;\s*/))
  const inQuery = new URLSearchParams(query)
  const named = Array.from(new Set(inQuery.keys()), (name) => [name, inQuery.getAll(name).join(',')])
  const isText = textTypes.test(headers['content-type'] ?? '')
  const traceId = `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies && { cookies }),
    headers: {
      'x-amzn-trace-id': traceId,
      ...Object.fromEntries(handedOn.map(([name, values = []]) => [name, values.join(',')])),
      'content-length': String(body.length),
      'x-forwarded-for': [...(headersDistinct['x-forwarded-for'] ?? []), sourceIp].join(', '),
      'x-forwarded-port': String(socket.localPort),
      'x-forwarded-proto': 'http',
    },
    ...(named.length > 0 && { queryStringParameters: Object.fromEntries(named) }),
    requestContext: {
      accountId: functionArn.split(':')[4] ?? '',
      apiId,
      ...(jwt && { authorizer: { jwt } }),
      domainName,
      domainPrefix: domainName.split(/[.:]/)[0] ?? '',
      http: {
        method,
        path,
        protocol: `HTTP/${httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: `${day}/${month}/${year}:${clock} +0000`,
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/**
 * Returns the response to the client for a function's answer; `undefined` if a field has the wrong type. An answer
 * without a `statusCode` is itself the body: a text unchanged, anything else as JSON.
 */
export function toResponse(payload: unknown): HttpResponse | undefined {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null)
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }
  // The members of an object. Each is checked below.
  const { statusCode, headers, cookies, body, isBase64Encoded } = payload as Record<string, unknown>
  const status = Number(statusCode)
  const values = Object.entries(headers ?? {})
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined
  if (typeof (headers ?? {}) !== 'object' || values.some(([, value]) => typeof value === 'object'))
    return undefined
  if (typeof (body ?? '') !== 'string' || (cookies !== undefined && !Array.isArray(cookies))) return undefined
  const texts = values.map(([name, value]) => [name.toLowerCase(), String(value)])
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(texts),
      ...(cookies !== undefined && { 'set-cookie': cookies }),
    },
    body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8'),
  }
}
