import { describe, expect, it } from 'vitest'
import type * as z from 'zod/mini'
import { contract } from '../../../commands/contract.ts'
import { syntax } from '../../../commands/http/client-text.ts'
import type { FeatureContract } from '../../../commands/http/contract-types.ts'
import { openApi } from '../../../commands/http/openapi/document.ts'
import { nameOfPath } from '../../../commands/http/openapi/names.ts'
import { publicPaths } from '../../../commands/http/routes.ts'
import { fleetContract } from '../../kit/fleet/backend.ts'

interface Media {
  readonly schema: { readonly $ref?: string }
  readonly example?: unknown
}
interface Described {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters: readonly { readonly name: string; readonly schema: { readonly pattern?: string } }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>
}

function operationsOf(offered: FeatureContract) {
  const { paths } = openApi('http://127.0.0.1:3000', offered)
  return Object.entries(paths).flatMap(([path, methods]) =>
    // Each test below checks the fields that it needs.
    Object.values(methods).map((operation) => ({ path, operation: operation as unknown as Described })),
  )
}

const contracts: readonly [string, FeatureContract][] = [
  ['the application', contract],
  ['the fleet', fleetContract],
]

describe.each(contracts)('the OpenAPI document of %s', (_, offered) => {
  const operations = operationsOf(offered)
  const mediaOf = ({ requestBody, responses }: Described) => [
    ...Object.values(requestBody?.content ?? {}),
    ...Object.values(responses).flatMap(({ content }) => Object.values(content ?? {})),
  ]

  it('gives every operation an id that a URL and a function name can contain', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids.filter((id) => !/^[A-Za-z][A-Za-z0-9-]*$/.test(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has a named schema and an example for every body, answer and problem', () => {
    const media = operations.flatMap(({ operation }) => mediaOf(operation))
    expect(media.filter(({ schema, example }) => schema.$ref === undefined || example === undefined)).toEqual(
      [],
    )
  })

  it('has every status that the API and the gateway answer', () => {
    for (const { path, operation } of operations) {
      const statuses = Object.keys(operation.responses)
      const everywhere = ['200', '400', '405', '413', '429', '431', '500', '503']
      expect(statuses).toEqual(expect.arrayContaining(everywhere))
      if (publicPaths.every((one) => one !== path))
        expect(statuses).toEqual(expect.arrayContaining(['401', '403']))
      if (path.startsWith('/commands/'))
        expect(statuses).toEqual(expect.arrayContaining(['404', '409', '412', '415', '422']))
    }
  })

  it('refuses unknown fields in bodies, and allows further ones in answers', () => {
    const { schemas } = JSON.parse(JSON.stringify(openApi('http://127.0.0.1:3000', offered))).components
    for (const [name, schema] of Object.entries(schemas))
      expect(JSON.stringify(schema).includes('"additionalProperties":false')).toBe(name.endsWith('Body'))
  })

  it('has one shape for the answers of the gateway', () => {
    for (const { operation } of operations)
      for (const status of ['401', '403', '413', '429', '431'])
        if (operation.responses[status] !== undefined)
          expect(operation.responses[status]).toMatchObject({
            content: { 'application/json': { schema: { $ref: '#/components/schemas/GatewayError' } } },
          })
  })

  it('has only regular expressions that need no flag, and defines every schema that it refers to', () => {
    const document = JSON.stringify(openApi('http://127.0.0.1:3000', offered))
    const patterns = [...document.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      String(JSON.parse(String(text))),
    )
    expect(patterns.length).toBeGreaterThan(5)
    for (const pattern of patterns) {
      expect(() => new RegExp(pattern)).not.toThrow()
      expect(pattern).not.toMatch(/\\[pP]\{|\(\?<|\(\?=|\(\?!/)
    }
    const { components } = JSON.parse(document)
    for (const [, name] of document.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(components.schemas).toHaveProperty(String(name))
  })

  it('has the syntax of every header and parameter with a format', () => {
    const patternsOf = (name: string) =>
      operations.flatMap(({ operation }) =>
        operation.parameters.filter((one) => one.name === name).map(({ schema }) => schema.pattern),
      )
    for (const [name, expression] of [
      ['Idempotency-Key', syntax.idempotencyKey],
      ['If-Match', syntax.ifMatch],
      ['Read-After', syntax.positions],
      ['cursor', syntax.cursor],
    ] as const)
      expect(new Set(patternsOf(name))).toEqual(new Set([expression.source]))
  })

  it('has examples that the API accepts and returns', () => {
    const example = (path: string, of: 'body' | 'answer') => {
      const operation = operations.find((one) => one.path === path)?.operation
      const content = of === 'body' ? operation?.requestBody?.content : operation?.responses['200']?.content
      return content?.['application/json']?.example
    }
    const expectValid = (schema: z.ZodMiniType, value: unknown) =>
      expect(schema.safeParse(value)).toMatchObject({ success: true })
    for (const [name, { body }] of Object.entries(offered.commands))
      expectValid(body, example(`/commands/${name}`, 'body'))
    for (const [path, { kind, item }] of Object.entries(offered.queries)) {
      const answer = example(path, 'answer')
      expectValid(item, kind === 'one' ? answer : Object(answer).items[0])
    }
  })
})

describe('the name of a path', () => {
  it.each([
    ['/me/voyages', 'MeVoyages'],
    ['/voyages/{voyageId}', 'Voyage'],
    ['/voyages/{voyageId}/crew', 'VoyageCrew'],
    ['/config.json', 'ConfigJson'],
  ])('%s is %s', (path, name) => {
    expect(nameOfPath(path)).toBe(name)
  })
})
