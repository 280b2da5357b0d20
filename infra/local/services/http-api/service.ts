import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../gateway/aws-service.ts'
import { behindGate, type Origins } from '../../gateway/gate.ts'
import { listen } from '../../gateway/listen.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { createCors } from './cors.ts'
import { type Authorizer, createJwtAuthorizer, type KeySet } from './jwt-authorizer.ts'
import { type HttpResponse, targetOf, toEvent, toResponse } from './payload.ts'
import { createRouter } from './routes.ts'
import { type ApiDefinition, type ApiSettings, readApi } from './template.ts'

export interface HttpApi {
  readonly url: string
  readonly port: number
  /** Ends every connection at once. */
  close(): Promise<void>
}

export interface HttpApiOptions {
  /** 0 picks a free port. */
  readonly port: number
  /** Names the variable that chooses another port. */
  readonly portVariable: string
  readonly api: ApiDefinition
  /**
   * Invokes a function by its ARN. Rejects if that fails, with `TooManyRequestsException` if the function is
   * throttled.
   */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<Invocation>
  /** Returns the public keys of a token issuer. */
  readonly keysOf: (issuer: string) => KeySet | undefined
  /** Resolves to the reason why the database does not answer; `undefined` if it answers. */
  readonly databaseProblem: () => Promise<string | undefined>
  /** The web pages that may call it. It adds its own pages and those that its CORS setting lists. */
  readonly origins: Origins
  readonly log: Log
}

/** Limits from the AWS pages "Quotas for configuring and running an HTTP API" and "Lambda quotas". */
const limits = { headBytes: 10_240, bodyBytes: 10 * 1024 * 1024, payloadBytes: 6 * 1024 * 1024 }
/** How long the rest of a request is read and dropped after its answer, so that the client gets to read the answer. */
const lingerMs = 1000

/**
 * Serves a template's HTTP API on 127.0.0.1, and passes its requests to functions as API Gateway does.
 *
 * @throws Error of one line: a property that is not modelled, an issuer without keys, or a port that is not
 * available.
 */
export async function startHttpApi(o: HttpApiOptions): Promise<HttpApi> {
  const settings = readApi(o.api)
  const authorizers = new Map<string | undefined, Authorizer>()
  for (const [id, { JwtConfiguration }] of settings.authorizers) {
    const keys = o.keysOf(JwtConfiguration.Issuer)
    if (!keys) throw new Error(`Authorizer ${id}: Issuer is not modelled: ${JwtConfiguration.Issuer}`)
    authorizers.set(id, createJwtAuthorizer(JwtConfiguration, keys))
  }
  const cors = createCors(settings.cors)
  settings.cors?.AllowOrigins.forEach(o.origins.addListed)
  const findRoute = createRouter(settings.routes)
  const admits = createThrottle(settings.throttle)

  async function answer(request: IncomingMessage, requestId: string): Promise<HttpResponse> {
    const preflight = cors.preflight(request.method, request.headers)
    if (preflight !== undefined) return { status: 204, headers: preflight, body: '' }
    const target = targetOf(request.url ?? '')
    if (request.method === 'GET' && target?.path === healthPath) {
      const problem = await o.databaseProblem()
      if (problem !== undefined) return unhealthy(problem)
    }
    if (headBytes(request) > limits.headBytes) return refusal(431)
    if (target === undefined) return refusal(400)
    const match = findRoute(request.method ?? '', target.path)
    if (match === undefined) return refusal(404)
    if (!admits()) return refusal(429)
    const { functionArn, routeKey, timeoutMs, authorizerId } = match.route
    const verdict = authorizers.get(authorizerId)?.(request.headers.authorization)
    if (verdict && 'challenge' in verdict) return refusal(401, { 'www-authenticate': verdict.challenge })
    const body = await readBody(request)
    const context = { ...match, apiId: o.api.api.logicalId, requestId, target, jwt: verdict?.jwt }
    const event = body && toEvent(request, body, context)
    if (!event || Buffer.byteLength(JSON.stringify(event)) > limits.payloadBytes) return refusal(413)

    const fail = (status: number, reason: string): HttpResponse => {
      o.log('http-api', `${routeKey} answered ${status}: ${functionArn} ${reason}`)
      return refusal(status)
    }
    const timer = new AbortController()
    const timeout = delay(timeoutMs, undefined, timer).catch(() => undefined)
    try {
      const invocation = await Promise.race([o.invoke(functionArn, event), timeout])
      if (invocation === undefined) return fail(503, `did not answer within ${timeoutMs} ms`)
      const { payload, error } = invocation
      if (error) return fail(500, `failed: ${error.errorType} ${error.errorMessage}`)
      return toResponse(payload) ?? fail(500, 'returned an answer that is not in payload format 2.0')
    } catch (error) {
      const throttled = error instanceof Error && error.name === 'TooManyRequestsException'
      return fail(throttled ? 503 : 500, `could not be invoked: ${String(error)}`)
    } finally {
      timer.abort()
    }
  }

  const ownsCors = ({ headers }: IncomingMessage) => cors.lists(headers)
  const behind = behindGate({ origins: o.origins, ownsCors }, (request, response) => {
    const requestId = randomBytes(11).toString('base64')
    answer(request, requestId)
      .catch((error: unknown) => {
        // A request is destroyed if its client disconnects before its end.
        if (!request.destroyed) o.log('http-api', `failed: ${String(error)}`)
        return refusal(500)
      })
      .then((answered) => {
        const headers = { ...answered.headers, ...cors.headersFor(request.headers) }
        send(request, response, { ...answered, headers }, requestId)
      })
  })
  const server = createServer({ keepAliveTimeout: 60_000, maxHeaderSize: 64 * 1024 }, behind)
  server.on('clientError', refuseUnreadable)
  const port = await listen(server, o.port, o.portVariable)
  o.origins.addPort(port)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Creates a token bucket: it holds `burst` tokens, gains `rate` a second, and each request takes one. */
function createThrottle({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }: ApiSettings['throttle']) {
  let tokens: number = burst
  let filledAt = performance.now()
  return () => {
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * rate)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

/** Returns an answer of API Gateway itself. */
function refusal(status: number, headers: Readonly<Record<string, string>> = {}) {
  const message = status === 413 ? 'Request Entity Too Large' : STATUS_CODES[status]
  const body = JSON.stringify({ message })
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** The path that reports a stopped database. The function behind it does not check the database. */
const healthPath = '/health'

function unhealthy(problem: string): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 503, headers, body: JSON.stringify({ message: `The database is down: ${problem}` }) }
}

/** Answers a request that Node cannot read, and closes its connection. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { status, body } = refusal(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400)
  const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`
  if (socket.writable) socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n\r\n${body}`)
}

/** Counts the bytes of the request line and of the headers' values, as AWS does. */
function headBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  return `${method} ${url} HTTP/1.1${rawHeaders.filter((_, i) => i % 2 === 1).join('')}`.length
}

/** Reads a body; `undefined` if it is too large, and then no more of it is kept. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length']) > limits.bodyBytes) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  // The chunks are buffers, because the request has no encoding. Leaving the loop must not destroy it: its answer is
  // still to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limits.bodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Headers that frame an answer. The gateway sets them itself. */
const framing = ['connection', 'content-length', 'keep-alive', 'transfer-encoding']

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answered: HttpResponse,
  requestId: string,
): void {
  response.statusCode = answered.status
  try {
    for (const [name, value] of Object.entries(answered.headers))
      if (!framing.includes(name)) response.setHeader(name, value)
  } catch {
    // The function returned a header that HTTP does not allow.
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    send(request, response, refusal(500), requestId)
    return
  }
  response.setHeader('apigw-requestid', requestId)
  response.end(answered.body)
  if (request.complete) return
  request.resume()
  const cut = setTimeout(() => request.destroy(), lingerMs)
  request.once('close', () => clearTimeout(cut))
}
