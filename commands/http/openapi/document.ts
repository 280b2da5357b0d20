import * as z from 'zod/mini'
import type { CommandContract, FeatureContract, QueryContract } from '../contract-types.ts'
import { encodePosition } from '../position.ts'
import { type PublicPath, publicPaths } from '../routes.ts'
import { exampleOf } from './examples.ts'
import { nameOfPath, pascal } from './names.ts'
import {
  correlation,
  idempotencyKey,
  ifMatch,
  pathParameters,
  queryParameters,
  readAfter,
} from './parameters.ts'
import { createProblemResponses, mediaType, type ProblemResponses } from './responses.ts'
import {
  createNamedSchemas,
  type JsonSchema,
  type NamedSchemas,
  objectOf,
  type Reference,
} from './schemas.ts'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly [key: string]: unknown
}

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly [key: string]: unknown
  }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly [key: string]: unknown
}

const about = [
  'Commands change the state, and queries read it. To read your own writes, send the position from the answer to a command as Read-After.',
  'White space at both ends of a text is removed. Nothing else in a text is changed. A single-line text must not contain control characters, invisible characters or direction marks. Joiners, variation selectors and tags are accepted where emoji and scripts need them.',
  'Unknown fields and unknown query parameters are refused.',
].join('\n\n')

/** The schemas and responses that the operations of a document share. */
interface Parts {
  readonly schemas: NamedSchemas
  readonly problems: ProblemResponses
}

/** Makes the OpenAPI 3.1 document of both APIs from their contract. */
export function openApi(apiUrl: string, { commands, queries }: FeatureContract): OpenApi {
  const schemas = createNamedSchemas()
  const parts = { schemas, problems: createProblemResponses(schemas) }
  // The schema of an item is named after the query that returns a single item, so these queries come first.
  const ordered = Object.entries(queries).sort(
    ([, a], [, b]) => Number(b.kind === 'one') - Number(a.kind === 'one'),
  )
  const queryOperations = new Map(ordered.map(([path, query]) => [path, queryOperation(path, query, parts)]))
  const paths = Object.fromEntries([
    ...Object.entries(commands).map(([name, command]) => [
      `/commands/${name}`,
      { post: commandOperation(name, command, parts) },
    ]),
    ...Object.keys(queries).map((path) => [path, { get: queryOperations.get(path) }]),
    ...publicPaths.map((path) => [path, { get: publicOperation(path, parts) }]),
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Annals',
      version: '1',
      description: about,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: apiUrl }],
    security: [{ accessToken: [] }],
    tags: [
      { name: 'commands', description: 'Change the state' },
      { name: 'queries', description: 'Read the state' },
      { name: 'public', description: 'Need no access token' },
    ],
    paths,
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A Cognito access token',
        },
      },
      schemas: schemas.all(),
    },
  }
}

function commandOperation(name: string, command: CommandContract, { schemas, problems }: Parts): Operation {
  const body = schemas.addBody(`${pascal(name)}Body`, command.body)
  const common = schemas.addAnswer('CommandAnswer', commandAnswer)
  const answer =
    command.answers === undefined
      ? common
      : schemas.addAnswer(`${pascal(name)}Answer`, z.extend(commandAnswer, command.answers.shape))
  return {
    operationId: name,
    summary: command.summary,
    tags: ['commands'],
    parameters: [idempotencyKey(command.creates), ...(command.creates ? [] : [ifMatch]), correlation],
    requestBody: { required: true, content: { 'application/json': withExample(body, schemas) } },
    responses: {
      200: {
        description: 'The command was executed. If it changed nothing, `events` is empty',
        headers: { ETag: etag },
        content: { 'application/json': withExample(answer, schemas) },
      },
      ...problems.of(
        'token',
        'invalid-input',
        'unauthenticated',
        'forbidden',
        'account-deleted',
        'not-found',
        'method-not-allowed',
        'key-reused',
        'taken',
        'version-mismatch',
        'too-large',
        'unsupported-media-type',
        'refused',
        'unavailable',
        'internal',
      ),
    },
  }
}

function queryOperation(path: string, query: QueryContract, { schemas, problems }: Parts): Operation {
  const answer = answerOf(nameOfPath(path), query, schemas)
  return {
    operationId: `get${nameOfPath(path)}`,
    summary: query.summary,
    tags: ['queries'],
    parameters: [...pathParameters(path), ...queryParameters(query), readAfter, correlation],
    responses: {
      200: {
        description: 'OK',
        ...(query.kind === 'one' && { headers: { ETag: etag } }),
        content: { 'application/json': withExample(answer, schemas) },
      },
      ...(query.kind === 'one' && { 304: { description: 'Not modified', headers: { ETag: etag } } }),
      ...problems.of(
        'token',
        'invalid-input',
        'unauthenticated',
        'account-deleted',
        ...(query.kind === 'report' ? (['forbidden'] as const) : (['forbidden', 'not-found'] as const)),
        'method-not-allowed',
        'taken',
        'unavailable',
        'internal',
      ),
    },
  }
}

const etag = { description: 'Identifies this version of the answer', schema: { type: 'string' } }

function answerOf(name: string, query: QueryContract, schemas: NamedSchemas): Reference {
  if (query.kind === 'one') return schemas.addAnswer(name, query.item)
  const items = { type: 'array', items: schemas.addAnswer(`${name}Item`, query.item) }
  if (query.kind === 'report') return schemas.addAnswer(`${name}Report`, objectOf({ items }))
  const cursor = { type: 'string', description: 'The start of the next page. The last page has no cursor' }
  return schemas.addAnswer(`${name}Page`, objectOf({ items, cursor }, 'cursor'))
}

function publicOperation(path: PublicPath, { schemas, problems }: Parts): Operation {
  const { summary, type, schema } = publicAnswers[path]
  const answer = schemas.addAnswer(nameOfPath(path), schema)
  return {
    operationId: `get${nameOfPath(path)}`,
    summary,
    tags: ['public'],
    security: [],
    parameters: [correlation],
    responses: {
      200: { description: 'OK', content: { [type]: withExample(answer, schemas) } },
      ...problems.of('public', 'invalid-input', 'method-not-allowed', 'unavailable', 'internal'),
    },
  }
}

interface PublicAnswer {
  readonly summary: string
  readonly type: string
  readonly schema: JsonSchema
}

const url = { type: 'string', format: 'uri' }
const optionalFields = ['region', 'userPoolId', 'userPoolClientId', 'awsEndpoint']

const publicAnswers: Readonly<Record<PublicPath, PublicAnswer>> = {
  '/health': {
    summary: 'Check whether the API is running',
    type: 'application/json',
    schema: objectOf({ status: { const: 'ok' } }),
  },
  '/openapi.json': {
    summary: 'This document',
    type: 'application/json',
    schema: { type: 'object', examples: [{ openapi: '3.1.0' }] },
  },
  '/docs': {
    summary: 'This document as an HTML page',
    type: 'text/html',
    schema: { type: 'string', examples: ['<!doctype html>'] },
  },
  '/config.json': {
    summary: 'The settings that a client needs for the sign-in and for this API',
    type: 'application/json',
    schema: objectOf(
      {
        region: { type: 'string', examples: ['eu-west-1'] },
        userPoolId: { type: 'string', examples: ['eu-west-1_Ab3dE6gH9'] },
        userPoolClientId: { type: 'string', examples: ['1h57kf5cpq17m0eml12EXAMPLE'] },
        apiUrl: url,
        awsEndpoint: { ...url, description: 'Set only on a local cloud' },
      },
      ...optionalFields,
    ),
  },
}

const position = encodePosition({ stream: 'item-5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e', version: 1 })

const commandAnswer = z.strictObject({
  id: z.string().check(z.meta({ examples: ['5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e'] })),
  stream: z.string().check(z.meta({ examples: ['item-5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e'] })),
  version: z.int().check(z.nonnegative(), z.meta({ examples: [1] })),
  events: z.array(
    z.strictObject({
      type: z.string().check(z.meta({ examples: ['ItemCreated'] })),
      version: z.int().check(z.positive()),
    }),
  ),
  position: z.string().check(z.describe('Opaque. Send it as Read-After.'), z.meta({ examples: [position] })),
})

function withExample(schema: Reference, schemas: NamedSchemas) {
  return mediaType(schema, exampleOf({ ...schema }, schemas.all()))
}
