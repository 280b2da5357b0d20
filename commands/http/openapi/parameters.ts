import { syntax } from '../client-text.ts'
import type { QueryContract } from '../contract-types.ts'
import { encodeCursor } from '../cursor.ts'
import { encodePosition } from '../position.ts'
import { exampleOf } from './examples.ts'
import { type JsonSchema, schemaOf } from './schemas.ts'

type Parameter = Readonly<Record<string, unknown>>

const exampleId = '5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e'

const textOf = (pattern: RegExp, example: string): JsonSchema => ({
  type: 'string',
  pattern: pattern.source,
  examples: [example],
})

export const correlation = header(
  'X-Correlation-Id',
  'A UUID that identifies this request in every log. Without a valid UUID, the API makes a new one.',
  { type: 'string', examples: ['3f2a1b4c-0000-4000-8000-00000000000a'] },
)

export const readAfter = header(
  'Read-After',
  'Up to 20 positions from the answers to commands, separated by commas. The answer includes the changes up to each position.',
  textOf(syntax.positions, encodePosition({ stream: `item-${exampleId}`, version: 1 })),
)

export const ifMatch = header(
  'If-Match',
  'The `version` of the item that you read, in quotes. If the item has another version, the status is 412. Do not send * or the ETag of a query.',
  textOf(syntax.ifMatch, '"3"'),
)

export const ifNoneMatch = header(
  'If-None-Match',
  'The ETag of the answer that you have. If that answer is still current, the status is 304.',
  { type: 'string', examples: ['"items.v1.1.3"'] },
)

/** The header `Idempotency-Key`. The answer to a creation is kept forever, other answers for at least two minutes. */
export function idempotencyKey(creates: boolean): Parameter {
  return header(
    'Idempotency-Key',
    `1 to 255 visible ASCII characters without a comma. A repeat with the same key gets the first answer${creates ? '' : ', for at least two minutes'}.`,
    textOf(syntax.idempotencyKey, '0b7c3f5e-9d0a-4c6e-8a64-0f6f5b1c2d3e'),
  )
}

export function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/{(\w+)}/g)].map(([, name]) =>
    parameter('path', String(name), 'An id. Any other text gets 404.', textOf(syntax.id, exampleId)),
  )
}

export function queryParameters(query: QueryContract): Parameter[] {
  switch (query.kind) {
    case 'one':
      return [ifNoneMatch]
    case 'many':
      return [
        parameter('query', 'limit', 'Number of items', {
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: 20,
        }),
        parameter(
          'query',
          'cursor',
          'The cursor of the preceding page',
          textOf(syntax.cursor, encodeCursor({ build: 'items.v1.1', after: '2026-11-30T12:00:00.000Z' })),
        ),
      ]
    case 'report':
      return Object.entries(query.parameters.shape).map(([name, field]) => {
        const { description, ...schema } = schemaOf(field)
        return parameter('query', name, String(description), schema)
      })
  }
}

function header(name: string, description: string, schema: JsonSchema): Parameter {
  return parameter('header', name, description, schema)
}

function parameter(place: string, name: string, description: string, schema: JsonSchema): Parameter {
  return {
    name,
    in: place,
    required: place === 'path',
    description,
    schema,
    example: exampleOf(schema, {}),
  }
}
