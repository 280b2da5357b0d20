import * as z from 'zod/mini'
import type { CommandContract, FeatureContract, QueryContract } from './contract-types.ts'
import { problemKinds } from './problem-details.ts'
import { publicPaths } from './routes.ts'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly [key: string]: unknown
}

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly [key: string]: unknown
}

/** The OpenAPI 3.1 document of both APIs, made from their contract. */
export function openApi(apiUrl: string, { commands, queries }: FeatureContract): OpenApi {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Annals',
      version: '1',
      description:
        'Commands change, queries read. Carry the position that a command answered in Read-After to read your own writes.',
    },
    servers: [{ url: apiUrl }],
    security: [{ accessToken: [] }],
    paths: {
      ...Object.fromEntries(
        Object.entries(commands).map(([name, command]) => [
          `/commands/${name}`,
          { post: commandOperation(name, command) },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(queries).map(([path, query]) => [path, { get: queryOperation(path, query) }]),
      ),
      ...Object.fromEntries(publicPaths.map((path) => [path, { get: publicOperation(path) }])),
    },
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A Cognito access token',
        },
      },
      schemas: { Problem: problemSchema },
    },
  }
}

function commandOperation(name: string, { summary, creates, body, answers }: CommandContract): Operation {
  return {
    operationId: name,
    summary,
    tags: ['commands'],
    parameters: [
      header(
        'Idempotency-Key',
        creates
          ? '1 to 255 visible ASCII characters. A repeat under the same key gets the first answer.'
          : '1 to 255 visible ASCII characters. A repeat under the same key gets the first answer, for two minutes at least.',
      ),
      ...(creates
        ? []
        : [header('If-Match', 'The version that you saw, in quotes. Another version is 412.')]),
      correlation,
    ],
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    responses: {
      200: {
        description: 'Done, or nothing to do (`events` is empty)',
        content: { 'application/json': { schema: schemaOf(z.extend(commandAnswer, answers?.shape ?? {})) } },
      },
      ...problems(
        'invalid-input',
        'forbidden',
        'account-deleted',
        'not-found',
        'key-reused',
        'taken',
        'version-mismatch',
        'too-large',
        'unsupported-media-type',
        'refused',
        'unavailable',
      ),
    },
  }
}

function queryOperation(path: string, query: QueryContract): Operation {
  return {
    operationId: `get ${path}`,
    summary: query.summary,
    tags: ['queries'],
    parameters: [
      ...[...path.matchAll(/{(\w+)}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...queryParameters(query),
      header('Read-After', 'Positions, separated by commas. The answer is not from before any of them.'),
      correlation,
    ],
    responses: {
      200: {
        description: 'OK',
        content: { 'application/json': { schema: schemaOf(answerOf[query.kind](query.item)) } },
      },
      ...(query.kind === 'one' && { 304: { description: 'Not modified' } }),
      ...problems(
        'invalid-input',
        'account-deleted',
        ...(query.kind === 'report' ? (['forbidden'] as const) : (['not-found'] as const)),
        'taken',
        'unavailable',
      ),
    },
  }
}

const answerOf = {
  one: (item: z.ZodMiniType) => item,
  many: (item: z.ZodMiniType) => z.strictObject({ items: z.array(item), cursor: z.optional(z.string()) }),
  report: (item: z.ZodMiniType) => z.strictObject({ items: z.array(item) }),
}

function queryParameters(query: QueryContract): Record<string, unknown>[] {
  switch (query.kind) {
    case 'one':
      return [header('If-None-Match', 'The ETag that you have. Where it is still true: 304.')]
    case 'many':
      return [
        queryParameter('limit', 'How many items, 1 to 100 (20)', {
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: 20,
        }),
        queryParameter('cursor', 'Where the next page starts, from the page before', { type: 'string' }),
      ]
    case 'report':
      return Object.entries(query.parameters.shape).map(([name, parameter]) => {
        const { description, ...schema } = schemaOf(parameter)
        return queryParameter(name, String(description), schema)
      })
  }
}

function publicOperation(path: string): Operation {
  return {
    operationId: `get ${path}`,
    summary: 'Public',
    tags: ['public'],
    security: [],
    responses: { 200: { description: 'OK' } },
  }
}

const commandAnswer = z.strictObject({
  id: z.string(),
  stream: z.string(),
  version: z.int().check(z.nonnegative()),
  events: z.array(z.strictObject({ type: z.string(), version: z.int().check(z.positive()) })),
  position: z.string().check(z.describe('Opaque. Carry it in Read-After.')),
})

const problemSchema = schemaOf(
  z.object({
    type: z.string().check(z.describe('urn:annals:problem:<code>')),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    correlationId: z.string(),
    errors: z.optional(
      z.array(z.object({ path: z.string().check(z.describe('JSON Pointer')), message: z.string() })),
    ),
  }),
)

function problems(...codes: readonly (keyof typeof problemKinds)[]): Record<string, unknown> {
  const schema = { $ref: '#/components/schemas/Problem' }
  const titles = new Map<number, string[]>()
  for (const { status, title } of codes.map((code) => problemKinds[code]))
    titles.set(status, [...(titles.get(status) ?? []), title])
  return Object.fromEntries(
    [...titles].map(([status, all]) => [
      status,
      { description: all.join('; '), content: { 'application/problem+json': { schema } } },
    ]),
  )
}

function header(name: string, description: string): Record<string, unknown> {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}

const correlation = header(
  'X-Correlation-Id',
  'A UUID that names this request in every log; one is made where it is missing.',
)

function queryParameter(
  name: string,
  description: string,
  schema: Record<string, unknown>,
): Record<string, unknown> {
  return { name, in: 'query', required: false, description, schema }
}

function schemaOf(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
