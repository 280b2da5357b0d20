import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http'
import { wildcard } from '../iam/policy.ts'

/** The origins of the web pages that may use the local cloud. Providers add origins as they open. */
export interface Origins {
  /** Accepts the pages of a server on this port, under every loopback name. */
  addPort(port: number): void
  /** Accepts an origin that a CORS setting lists, such as `https://*.example.com`. `*` lists no origin by name. */
  addListed(origin: string): void
  accepts(origin: string): boolean
}

export function createOrigins(): Origins {
  const ports = new Set<number>()
  const listed: ((origin: string) => boolean)[] = []
  return {
    addPort: (port) => void ports.add(port),
    addListed(origin) {
      const host = origin.replace(/^https?:\/\//, '')
      if (host !== '*') listed.push(wildcard(origin))
    },
    accepts(origin) {
      const authority = origin.startsWith('http://') ? origin.slice('http://'.length) : ''
      return [...ports].some((port) => isLoopback(authority, port)) || listed.some((one) => one(origin))
    },
  }
}

/** Origins for a server that no page may use. */
export const noOrigins: Pick<Origins, 'accepts'> = { accepts: () => false }

/** The parts of a request that the gate checks. */
export interface GateRequest {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** The verdict on a request: a refusal, an answer to its preflight, or headers to add to its answer. */
export type Verdict =
  | { readonly refusal: string }
  | { readonly preflight: Readonly<Record<string, string>> }
  | { readonly headers: Readonly<Record<string, string>> }

/**
 * Protects a server on the developer's machine from the web pages that the developer visits. Every server of the
 * local cloud asks it first. A request passes
 *
 * - only if it names a loopback host and the right port, which stops DNS rebinding;
 * - only if it comes from no page (curl, an SDK, a typed address), or from a page whose origin is accepted.
 */
export function judge(
  { method, headers }: GateRequest,
  port: number,
  origins: Pick<Origins, 'accepts'>,
): Verdict {
  const { host = '', origin } = headers
  if (!isLoopback(host, port))
    return { refusal: `The host ${host.slice(0, 100)} is not this server: use http://127.0.0.1:${port}` }
  if (origin !== undefined && !origins.accepts(origin))
    return {
      refusal:
        `Pages of ${origin.slice(0, 100)} may not use this server. Serve the page from the address of the API, or list ` +
        'its origin by name in the CORS setting of the API.',
    }
  if (origin === undefined && headers['sec-fetch-site'] === 'cross-site')
    return { refusal: 'Another web site may not use this server: type the address, or send an Origin' }
  if (origin === undefined) return { headers: {} }
  const wanted = headers['access-control-request-method']
  const readable = { 'access-control-allow-origin': origin, vary: 'Origin' }
  if (method === 'OPTIONS' && wanted !== undefined) {
    const names = headers['access-control-request-headers']
    return {
      preflight: {
        ...readable,
        'access-control-allow-methods': wanted,
        ...(names !== undefined && { 'access-control-allow-headers': names }),
        // Browsers require this header for a page that is not on this machine.
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '600',
      },
    }
  }
  return { headers: { ...readable, 'access-control-expose-headers': '*' } }
}

/** Puts the gate in front of a server's request handler. */
export function behindGate(
  o: {
    readonly origins: Pick<Origins, 'accepts'>
    /** Whether the server itself handles CORS for a request: its preflight and the headers of its answer. */
    readonly ownsCors?: (request: IncomingMessage) => boolean
  },
  handle: RequestListener,
): RequestListener {
  return (request, response) => {
    const verdict = judge(request, request.socket.localPort ?? 0, o.origins)
    if ('refusal' in verdict) {
      request.resume()
      const body = JSON.stringify({ __type: 'AccessDeniedException', message: verdict.refusal })
      response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(body)
      return
    }
    if (o.ownsCors?.(request)) return handle(request, response)
    if ('preflight' in verdict) {
      response.writeHead(204, verdict.preflight).end()
      return
    }
    for (const [name, value] of Object.entries(verdict.headers)) response.setHeader(name, value)
    handle(request, response)
  }
}

/**
 * Whether a web page sent a request. A page acts for its users, never for the developer. A request for an address
 * that the developer typed does not come from a page.
 */
export function isFromPage({ headers }: Pick<GateRequest, 'headers'>): boolean {
  return headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none'
}

/** Whether an authority such as `localhost:3000` is a loopback name with this port. Port 80 may be left out. */
function isLoopback(authority: string, port: number): boolean {
  const [, name = '', given = '80'] = /^([a-z0-9.]+|\[::1\])(?::(\d{1,5}))?$/i.exec(authority) ?? []
  const isAddress = /^127(\.\d{1,3}){3}$/.test(name) && name.split('.').every((part) => Number(part) < 256)
  return (isAddress || /^(localhost|\[::1\])$/i.test(name)) && Number(given) === port
}
