import * as z from 'zod/mini'
import { maxErrors } from '../client-text.ts'
import { problemKinds } from '../problem-details.ts'
import { exampleOf } from './examples.ts'
import type { NamedSchemas, Reference } from './schemas.ts'

export type Responses = Readonly<Record<string, Readonly<Record<string, unknown>>>>
type ProblemKind = keyof typeof problemKinds

/** Problem details of an API, RFC 9457. */
const problem = z.object({
  type: z
    .string()
    .check(
      z.describe(
        '`urn:annals:problem:<code>`. If a business rule rejects the command, the code is the name of the rule',
      ),
      z.meta({ examples: ['urn:annals:problem:unavailable'] }),
    ),
  title: z.string().check(z.meta({ examples: ['Try again'] })),
  status: z.int().check(z.gte(400), z.lte(599)),
  detail: z
    .string()
    .check(
      z.describe('An explanation and the next step'),
      z.meta({ examples: ['The store did not answer in time. Try again.'] }),
    ),
  correlationId: z
    .string()
    .check(
      z.describe('Identifies the request in every log'),
      z.meta({ examples: ['3f2a1b4c-0000-4000-8000-00000000000a'] }),
    ),
  errors: z.optional(
    z
      .array(
        z.object({
          path: z.string().check(z.describe('JSON Pointer'), z.meta({ examples: ['/title'] })),
          message: z.string().check(z.meta({ examples: ['At most 200 characters.'] })),
        }),
      )
      .check(z.maxLength(maxErrors)),
  ),
})

/** An answer of API Gateway itself. The request did not reach a function, or the function did not answer. */
const gatewayError = z
  .object({ message: z.optional(z.string().check(z.meta({ examples: ['Unauthorized'] }))) })
  .check(
    z.describe('An answer of the gateway. The request did not reach the API, or the API did not answer.'),
  )

/** The statuses that the gateway itself answers with, and a reason for each. */
const gatewayReasons: Readonly<Record<number, string>> = {
  400: 'The gateway cannot read the request',
  401: 'There is no valid access token',
  403: 'The gateway rejects the token',
  413: 'The request is larger than the gateway allows',
  429: 'Too many requests',
  431: 'The headers are larger than 10 KB',
  500: 'The API failed',
  503: 'The API did not answer in time',
}

/** The statuses of the gateway on a route that needs no token. */
const publicReasons = [400, 413, 429, 431, 500, 503]

export interface ProblemResponses {
  /** Returns the responses for these problems, and those of the gateway. */
  of(access: 'public' | 'token', ...kinds: readonly ProblemKind[]): Responses
}

export function createProblemResponses(schemas: NamedSchemas): ProblemResponses {
  const problemReference = schemas.addAnswer('Problem', problem)
  const gatewayReference = schemas.addAnswer('GatewayError', gatewayError)

  const contentOf = (kinds: readonly ProblemKind[], isGateways: boolean) => ({
    ...(kinds.length > 0 && { 'application/problem+json': mediaType(problemReference, exampleFor(kinds)) }),
    ...(isGateways && { 'application/json': mediaType(gatewayReference, gatewayExample(schemas)) }),
  })

  return {
    of(access, ...kinds) {
      const gateways = Object.keys(gatewayReasons)
        .map(Number)
        .filter((status) => access === 'token' || publicReasons.includes(status))
      const statuses = new Set([...kinds.map((kind) => problemKinds[kind].status), ...gateways])
      return Object.fromEntries(
        [...statuses]
          .sort((a, b) => a - b)
          .map((status) => {
            const own = kinds.filter((kind) => problemKinds[kind].status === status)
            const isGateways = gateways.includes(status)
            const titles = new Set(own.map((kind) => problemKinds[kind].title))
            const description = [...titles, ...(isGateways ? [gatewayReasons[status]] : [])].join('; ')
            const headers = headersOf[status]
            return [status, { description, ...(headers && { headers }), content: contentOf(own, isGateways) }]
          }),
      )
    },
  }
}

const text = (description: string) => ({ description, schema: { type: 'string' } })

const headersOf: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': text('`Bearer`, from the gateway') },
  405: { Allow: text('The methods that the path accepts') },
  503: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } } },
}

function exampleFor([kind]: readonly ProblemKind[]): unknown {
  if (kind === undefined) return undefined
  const { status, title } = problemKinds[kind]
  return {
    type: `urn:annals:problem:${status === 500 ? 'internal' : kind}`,
    title,
    status,
    detail: status === 500 ? 'The error was logged with the correlation id.' : `${title}.`,
    correlationId: '3f2a1b4c-0000-4000-8000-00000000000a',
  }
}

function gatewayExample(schemas: NamedSchemas): unknown {
  return exampleOf({ $ref: '#/components/schemas/GatewayError' }, schemas.all())
}

/** The content of a body with one media type. */
export function mediaType(schema: Reference, example: unknown): { schema: Reference; example: unknown } {
  return { schema, example }
}
