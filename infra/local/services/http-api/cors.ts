import type { IncomingHttpHeaders } from 'node:http'
import { wildcard } from '../../iam/policy.ts'
import type { CorsSettings } from './template.ts'

type Headers = Readonly<Record<string, string>>

/** The CORS setting of an API, as API Gateway applies it (developer guide, "Configure CORS for HTTP APIs"). */
export interface Cors {
  /** Whether the setting lists the origin of a request. */
  lists(headers: IncomingHttpHeaders): boolean
  /**
   * Returns the headers that answer a preflight; `undefined` if the request is not a preflight, or its origin is not
   * listed.
   */
  preflight(method: string | undefined, headers: IncomingHttpHeaders): Headers | undefined
  /** Returns the headers of any other answer. */
  headersFor(headers: IncomingHttpHeaders): Headers
}

/** Creates the CORS handling of an API. Without a setting, API Gateway leaves CORS to the functions. */
export function createCors(settings: CorsSettings | undefined): Cors {
  const listed = settings?.AllowOrigins.map((origin) => wildcard(origin)) ?? []
  const lists = ({ origin }: IncomingHttpHeaders) =>
    origin !== undefined && listed.some((matches) => matches(origin))

  function allow({ origin = '' }: IncomingHttpHeaders): Headers {
    const isOpen = settings?.AllowOrigins.includes('*') === true
    return {
      'access-control-allow-origin': isOpen ? '*' : origin,
      ...(settings?.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
      ...(!isOpen && { vary: 'Origin' }),
    }
  }

  return {
    lists,
    preflight(method, headers) {
      const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
      if (!isPreflight || !settings || !lists(headers)) return undefined
      const { AllowMethods, AllowHeaders, MaxAge } = settings
      return {
        ...allow(headers),
        ...(AllowMethods.length > 0 && { 'access-control-allow-methods': AllowMethods.join(',') }),
        ...(AllowHeaders.length > 0 && { 'access-control-allow-headers': AllowHeaders.join(',') }),
        ...(MaxAge !== undefined && { 'access-control-max-age': String(MaxAge) }),
      }
    },
    headersFor(headers) {
      if (!settings || !lists(headers)) return {}
      const { ExposeHeaders } = settings
      return {
        ...allow(headers),
        ...(ExposeHeaders.length > 0 && { 'access-control-expose-headers': ExposeHeaders.join(',') }),
      }
    },
  }
}
