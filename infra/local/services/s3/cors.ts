import type { IncomingHttpHeaders } from 'node:http'
import { AwsError, type AwsResponse } from '../../gateway/aws-service.ts'
import { wildcard } from '../../iam/policy.ts'

/** A rule of a bucket's `CorsConfiguration`. */
export interface CorsRule {
  readonly AllowedOrigins: readonly string[]
  readonly AllowedMethods: readonly string[]
  readonly AllowedHeaders: readonly string[]
  readonly ExposedHeaders: readonly string[]
  readonly MaxAge?: number | undefined
}

/**
 * Answers a preflight by the first rule that allows the origin, the method and every header (S3 user guide, "How does
 * Amazon S3 evaluate the CORS configuration on a bucket?").
 *
 * @throws AwsError with the error that S3 returns.
 */
export function preflight(rules: readonly CorsRule[], headers: IncomingHttpHeaders): AwsResponse {
  const method = headers['access-control-request-method']
  if (headers.origin === undefined || method === undefined)
    throw new AwsError('BadRequest', 'Insufficient information. Origin request header needed.')
  const wanted = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  const rule = ruleFor(rules, headers.origin, method, wanted)
  if (rule === undefined) {
    const reason =
      rules.length === 0
        ? 'CORS is not enabled for this bucket.'
        : "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
    throw new AwsError('AccessForbidden', `CORSResponse: ${reason}`, 403)
  }
  const allowed = wanted.length > 0 && { 'access-control-allow-headers': wanted.join(', ') }
  return { status: 200, headers: { ...headersOf(rule, headers.origin), ...allowed }, body: '' }
}

/** Returns the headers that let a browser read the answer to this request; none if no rule allows it. */
export function corsHeaders(
  rules: readonly CorsRule[],
  method: string,
  { origin }: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  const rule = origin === undefined ? undefined : ruleFor(rules, origin, method, [])
  return rule === undefined || origin === undefined ? {} : headersOf(rule, origin)
}

function ruleFor(rules: readonly CorsRule[], origin: string, method: string, headers: readonly string[]) {
  return rules.find(
    ({ AllowedOrigins, AllowedMethods, AllowedHeaders }) =>
      AllowedOrigins.some((allowed) => wildcard(allowed)(origin)) &&
      AllowedMethods.includes(method) &&
      headers.every((name) => AllowedHeaders.some((allowed) => wildcard(allowed, 'i')(name))),
  )
}

function headersOf(rule: CorsRule, origin: string): Record<string, string> {
  const isOpen = rule.AllowedOrigins.includes('*')
  return {
    'access-control-allow-origin': isOpen ? '*' : origin,
    ...(!isOpen && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(rule.ExposedHeaders.length > 0 && {
      'access-control-expose-headers': rule.ExposedHeaders.join(', '),
    }),
    ...(rule.MaxAge !== undefined && { 'access-control-max-age': String(rule.MaxAge) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  }
}
