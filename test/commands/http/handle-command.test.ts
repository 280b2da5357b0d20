import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { contract } from '../../../commands/contract.ts'
import { commandIdOf, createdIdOf, digestOf } from '../../../commands/execution/command-id.ts'
import { type ApiRequest, type ApiResponse, apiHandler } from '../../../commands/http/api.ts'
import { idempotencyKeyOf } from '../../../commands/http/client-text.ts'
import { commandNameOf, expectedVersionOf, jsonBodyOf } from '../../../commands/http/command-request.ts'
import { encodeCursor, parseCursor } from '../../../commands/http/cursor.ts'
import { HttpProblem } from '../../../commands/http/http-problem.ts'
import { openApi } from '../../../commands/http/openapi/document.ts'
import { encodePosition, parsePositions } from '../../../commands/http/position.ts'
import { validate } from '../../../commands/http/validate.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { fleetContract } from '../../kit/fleet/backend.ts'
import { fleetCommands } from '../../kit/fleet/commands.ts'

const invalid = expect.objectContaining({ code: 'invalid-input' })

function request(over: Partial<ApiRequest> = {}): ApiRequest {
  return {
    method: 'POST',
    path: '/commands/plan-voyage',
    route: '/commands/{name}',
    parameters: { name: 'plan-voyage' },
    query: {},
    headers: { 'content-type': 'application/json' },
    body: '{}',
    apiUrl: 'http://127.0.0.1',
    correlationId: 'correlation',
    requestId: 'request',
    remainingMs: () => 10_000,
    identity: () => ({ groups: [], userId: 'ann' }),
    ...over,
  }
}

describe('a position', () => {
  it('is read back as it was encoded, alone or among others', () => {
    const position = fc.record({
      stream: fc
        .tuple(fc.constantFrom('voyage', 'priceList', 'q3'), fc.uuid())
        .map(([aggregate, id]) => streamName(aggregate, id)),
      version: fc.integer({ min: 0, max: 1e9 }),
    })
    fc.assert(
      fc.property(fc.array(position, { minLength: 1, maxLength: 20 }), (positions) => {
        expect(parsePositions(positions.map(encodePosition).join(', '))).toEqual(positions)
      }),
    )
  })

  it.each([
    '',
    'garbled',
    'voyage-1@1',
    btoa('voyage@1'),
    btoa('voyage-1@01'),
    btoa('voyage-1@1.5'),
    btoa('voyage-1@-1'),
    btoa('Voyage 1@1'),
    btoa('price_list-1@1'),
    ',',
  ])('is refused if it is %j', (header) => {
    expect(() => parsePositions(header)).toThrow(invalid)
  })

  it('is refused if there are more than 20', () => {
    const one = encodePosition({ stream: 'voyage-1', version: 1 })
    expect(() => parsePositions(Array.from({ length: 21 }, () => one).join())).toThrow(invalid)
  })
})

describe('a cursor', () => {
  it('is read back as it was encoded', () => {
    const cursor = { build: 'voyages.v1.1', after: '2026-01-01T00:00:00.000Z#voyage-1' }
    expect(parseCursor(encodeCursor(cursor), (build) => build === cursor.build)).toEqual(cursor)
  })

  it.each([
    '',
    'garbled',
    btoa('[]'),
    btoa('["voyages.v1.1"]'),
    btoa('{"build":"voyages.v1.1"}'),
  ])('is refused if it is %j', (text) => {
    expect(() => parseCursor(text, () => true)).toThrow(invalid)
  })

  it('is refused by a different generation from the one that created it', () => {
    const cursor = encodeCursor({ build: 'voyages.v1.1', after: 'x' })
    expect(() => parseCursor(cursor, (build) => build === 'voyages.v2.1')).toThrow(invalid)
  })
})

describe('validation', () => {
  const schema = z.strictObject({
    title: z.string().check(z.minLength(1)),
    tags: z.array(z.number()),
    'a/b~c': z.optional(z.string()),
  })
  const errorsOf = (input: unknown) => {
    try {
      return { value: validate(schema, input, 'body') }
    } catch (error) {
      return error instanceof Problem ? error.errors?.map(({ path }) => path) : error
    }
  }

  it.each([
    [{ title: 'x', tags: ['one', 2] }, ['/tags/0']],
    [{ tags: [] }, ['/title']],
    [{ title: '', tags: [] }, ['/title']],
    [{ title: 'x', tags: [], color: 'red', size: 1 }, ['/color', '/size']],
    [{ title: 'x', tags: [], 'a/b~c': 1 }, ['/a~1b~0c']],
    [null, ['']],
    ['text', ['']],
    [[], ['']],
    [JSON.parse('{"title":"x","tags":[],"__proto__":{"admin":true}}'), ['/__proto__']],
  ])('of %j names the invalid fields', (input, paths) => {
    expect(errorsOf(input)).toEqual(paths)
  })
})

describe('a command request', () => {
  it('names a command of the contract', () => {
    expect(commandNameOf(request(), fleetCommands)).toBe('plan-voyage')
    for (const name of ['unknown', 'constructor', '__proto__', '', undefined]) {
      expect(() => commandNameOf(request({ parameters: { name } }), fleetCommands)).toThrow(
        expect.objectContaining({ code: 'not-found' }),
      )
    }
  })

  it('is sent by POST', () => {
    expect(() => commandNameOf(request({ method: 'GET' }), fleetCommands)).toThrow(
      expect.objectContaining({ code: 'method-not-allowed', allow: 'POST' }),
    )
  })

  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
  ])('is JSON with the content type %s', (type) => {
    expect(jsonBodyOf(request({ headers: { 'content-type': type }, body: '{"a":1}' }))).toEqual({ a: 1 })
  })

  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
  ])('is refused with the content type %s', (type) => {
    const act = () => jsonBodyOf(request({ headers: { 'content-type': type } }))
    expect(act).toThrow(expect.objectContaining({ code: 'unsupported-media-type' }))
  })

  it.each(['', '{', '{"a":1}}', 'undefined'])('is refused with the body %j', (body) => {
    expect(() => jsonBodyOf(request({ body }))).toThrow(invalid)
  })

  it('has at most 256 KB, counted in bytes', () => {
    const fits = JSON.stringify('é'.repeat(128 * 1024 - 1))
    expect(jsonBodyOf(request({ body: fits }))).toHaveLength(128 * 1024 - 1)
    expect(() => jsonBodyOf(request({ body: JSON.stringify('é'.repeat(128 * 1024)) }))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it.each(['k', '!~', 'x'.repeat(255)])('accepts the Idempotency-Key %j', (key) => {
    expect(idempotencyKeyOf(request({ headers: { 'idempotency-key': key } }))).toBe(key)
  })

  it.each(['', 'two words', 'ключ', 'x'.repeat(256), 'tab\t'])('refuses the Idempotency-Key %j', (key) => {
    expect(() => idempotencyKeyOf(request({ headers: { 'idempotency-key': key } }))).toThrow(invalid)
  })

  it('accepts one version in quotes as If-Match', () => {
    const act = (header: string) =>
      expectedVersionOf(request({ headers: { 'if-match': header } }), 'rename-voyage', { creates: false })
    expect(act('"3"')).toBe(3)
    for (const header of ['3', 'W/"3"', '"3","4"', '*', '"03"', '"-1"', '"x"', ''])
      expect(() => act(header)).toThrow(invalid)
  })

  it('refuses If-Match if it creates a stream', () => {
    expect(() =>
      expectedVersionOf(request({ headers: { 'if-match': '"1"' } }), 'plan-voyage', { creates: true }),
    ).toThrow(invalid)
  })
})

describe('a command id', () => {
  it('is the same for the same person, command and key, and different otherwise', () => {
    const parts = fc.tuple(fc.string(), fc.string(), fc.string())
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(commandIdOf(...one) === commandIdOf(...other)).toBe(one.join('\0\0') === other.join('\0\0'))
      }),
    )
    expect(commandIdOf('ab', 'c', 'd')).not.toBe(commandIdOf('a', 'bc', 'd'))
    expect(createdIdOf('x')).toBe(createdIdOf('x'))
  })

  it.each<[string, Parameters<typeof commandIdOf>]>([
    ['another person', ['bob', 'rename-voyage', 'key']],
    ['another command', ['ann', 'postpone-voyage', 'key']],
    ['another key', ['ann', 'rename-voyage', 'another']],
  ])('is different for %s', (_, other) => {
    expect(commandIdOf(...other)).not.toBe(commandIdOf('ann', 'rename-voyage', 'key'))
  })

  it('comes with a digest that is independent of the order of fields', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(digestOf({ b: { d: 2, c: [1, 2] }, a: 1 }))
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }))
  })
})

describe('an API handler', () => {
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 10_000 }
  const event = (
    headers: Record<string, string> = {},
    claims?: Record<string, string>,
  ): Partial<APIGatewayProxyEventV2WithJWTAuthorizer> & APIGatewayProxyEventV2 => ({
    version: '2.0',
    routeKey: 'ANY /commands/{name}',
    rawPath: '/commands/x',
    rawQueryString: '',
    headers,
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.example',
      domainPrefix: 'api',
      http: {
        method: 'POST',
        path: '/commands/x',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: 'gateway',
      routeKey: 'ANY /commands/{name}',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
      authorizer: { principalId: '', integrationLatency: 0, jwt: { claims: claims ?? {}, scopes: [] } },
    },
  })
  const answer = async (handle: (request: ApiRequest) => Promise<ApiResponse>, given = event()) => {
    const result = await apiHandler(handle)(given, context)
    return { ...result, body: JSON.parse(result.body ?? 'null') }
  }

  it('turns a problem into problem details', async () => {
    const errors = [{ path: '/title', message: 'Too long.' }]
    const result = await answer(async () => {
      throw new Problem('invalid-input', 'The body is not valid.', { errors })
    })
    expect(result).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: {
        type: 'urn:annals:problem:invalid-input',
        status: 400,
        detail: 'The body is not valid.',
        errors,
      },
    })
    expect(result.body.correlationId).toBe(result.headers?.['x-correlation-id'])
  })

  it('names a refusal by its rule', async () => {
    const result = await answer(async () => {
      throw new Problem('refused', 'Archived.', { rule: 'voyage-postponed' })
    })
    expect(result).toMatchObject({ statusCode: 422, body: { type: 'urn:annals:problem:voyage-postponed' } })
  })

  it.each([
    new Error('password=hunter2'),
    new Problem('unreadable', 'secret stream'),
    'a string',
  ])('keeps the details of an internal error in the log (%s)', async (error) => {
    const result = await answer(async () => {
      throw error
    })
    expect(result).toMatchObject({ statusCode: 500, body: { type: 'urn:annals:problem:internal' } })
    expect(JSON.stringify(result)).not.toMatch(/hunter2|secret|a string|\.ts:/)
  })

  it('says when to retry, and which methods are allowed', async () => {
    const busy = await answer(async () => {
      throw new Problem('unavailable', 'Busy.', { retryAfterSeconds: 2 })
    })
    expect(busy).toMatchObject({ statusCode: 503, headers: { 'retry-after': '2' } })
    const wrong = await answer(async () => {
      throw new HttpProblem('method-not-allowed', 'POST.', { allow: 'POST' })
    })
    expect(wrong).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } })
  })

  it('logs an internal error with its stack, and logs no error that a client can cause', async () => {
    const errors: unknown[] = []
    const logger = { info() {}, error: (...line: unknown[]) => void errors.push(line[1]) }
    const failing = (clientsFault: boolean) =>
      apiHandler(async () => {
        throw new Problem('unavailable', 'Not yet.', { clientsFault })
      }, logger)
    expect(await failing(true)(event(), context)).toMatchObject({ statusCode: 503 })
    expect(errors).toEqual([])
    await failing(false)(event(), context)
    expect(errors).toEqual([expect.objectContaining({ error: expect.any(Problem) })])
  })

  it('keeps a correlation id that is a UUID, and creates one otherwise', async () => {
    const id = '3f2a1b4c-0000-4000-8000-00000000000a'
    const echo = async (request: ApiRequest): Promise<ApiResponse> => ({
      status: 200,
      body: request.correlationId,
    })
    expect((await apiHandler(echo)(event({ 'x-correlation-id': id }), context)).body).toBe(id)
    const made = await apiHandler(echo)(event({ 'x-correlation-id': 'x\ninjected' }), context)
    expect(made.body).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.headers?.['x-correlation-id']).toBe(made.body)
  })

  it('identifies a person only by an access token', async () => {
    const who = async (request: ApiRequest): Promise<ApiResponse> => ({
      status: 200,
      body: request.identity(),
    })
    expect(await answer(who, event({}, { token_use: 'access', sub: 'ann' }))).toMatchObject({
      statusCode: 200,
      body: { userId: 'ann' },
    })
    const others: (Record<string, string> | undefined)[] = [
      undefined,
      {},
      { token_use: 'id', sub: 'ann' },
      { token_use: 'access' },
    ]
    for (const claims of others) {
      expect(await answer(who, event({}, claims))).toMatchObject({ statusCode: 401 })
    }
  })
})

describe('the OpenAPI document', () => {
  it.each([
    ['the application', contract],
    ['the fleet', fleetContract],
  ])('has every command and query of the contract of %s, with the schema of its body', (_, offered) => {
    const { paths } = openApi('http://127.0.0.1:3000', offered)
    for (const name of Object.keys(offered.commands))
      expect(paths[`/commands/${name}`]).toHaveProperty('post.requestBody')
    for (const path of Object.keys(offered.queries)) expect(paths).toHaveProperty([path, 'get'])
  })

  it('describes the body of a command', () => {
    expect(openApi('http://127.0.0.1:3000', fleetContract)).toMatchObject({
      paths: {
        '/commands/rename-voyage': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/RenameVoyageBody' } } },
            },
          },
        },
      },
      components: {
        schemas: {
          RenameVoyageBody: {
            required: ['voyageId', 'name'],
            additionalProperties: false,
            properties: { name: { type: 'string', minLength: 1, maxLength: 200 } },
          },
        },
      },
    })
  })

  it('explains every possible meaning of a status', () => {
    const { paths } = openApi('http://127.0.0.1:3000', fleetContract)
    expect(paths['/commands/retire']).toMatchObject({
      post: {
        responses: {
          403: {
            description:
              'You are not allowed to do this; The account was deleted; The gateway rejects the token',
          },
          409: { description: 'The Idempotency-Key was used for another command; Already in use' },
        },
      },
    })
    expect(paths['/me/voyages']).toHaveProperty('get.responses.403')
  })
})
