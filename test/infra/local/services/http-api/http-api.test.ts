import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createOrigins } from '../../../../../infra/local/gateway/gate.ts'
import { createRouter } from '../../../../../infra/local/services/http-api/routes.ts'
import { type HttpApi, startHttpApi } from '../../../../../infra/local/services/http-api/service.ts'
import type { ApiDefinition, ApiResource } from '../../../../../infra/local/services/http-api/template.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'

const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:query-api'
const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Local0001'
const open: HttpApi[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()))
})

type Properties = Record<string, unknown>

/** An API with the given routes. `changes` adds to the properties of resources, by logical id. */
function definition(routeKeys: readonly string[], changes: Record<string, Properties> = {}): ApiDefinition {
  const resource = (logicalId: string, properties: Properties): ApiResource => ({
    logicalId,
    properties: { ...properties, ...changes[logicalId] },
  })
  return {
    api: resource('Api', { Name: 'annals', ProtocolType: 'HTTP', Tags: { stack: 'annals' } }),
    stages: [resource('Stage', { ApiId: 'Api', StageName: '$default', AutoDeploy: true })],
    integrations: [
      resource('Integration', {
        ApiId: 'Api',
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: functionArn,
      }),
    ],
    routes: routeKeys.map((RouteKey, i) =>
      resource(`Route${i}`, { ApiId: 'Api', RouteKey, Target: 'integrations/Integration' }),
    ),
    authorizers: [
      resource('Authorizer', {
        ApiId: 'Api',
        Name: 'people',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['client-1', 'client-2'], Issuer: issuer },
      }),
    ],
  }
}

const withAuthorizer = { Route0: { AuthorizationType: 'JWT', AuthorizerId: 'Authorizer' } }

type Answer = (event: APIGatewayProxyEventV2) => unknown

/** Starts an API with a function in this process, and records the events and the log lines. */
async function start(
  answer: Answer = () => ({ statusCode: 200, body: 'ok' }),
  {
    routeKeys = ['$default'],
    changes = {},
  }: { routeKeys?: string[]; changes?: Record<string, Properties> } = {},
) {
  const events: APIGatewayProxyEventV2[] = []
  const lines: string[] = []
  const api = await startHttpApi({
    port: 0,
    portVariable: 'PORT',
    api: definition(routeKeys, changes),
    async invoke(arn, payload): Promise<Invocation> {
      expect(arn).toBe(functionArn)
      const event = payload as APIGatewayProxyEventV2 // the API passes this type to functions
      events.push(event)
      return { payload: await answer(event) }
    },
    origins: createOrigins(),
    databaseProblem: async () => undefined,
    keysOf: (of) => (of === issuer ? { keys: [publicKey] } : undefined),
    log: (source, message) => lines.push(`${source}: ${message}`),
  })
  open.push(api)
  return { api, events, lines, url: api.url }
}

interface Received {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a request with more freedom than `fetch` allows. */
async function send(
  url: string,
  o: { method?: string; path?: string; headers?: Record<string, string | string[]>; agent?: Agent } = {},
  body: readonly Buffer[] = [],
): Promise<Received> {
  const request = httpRequest(url, o)
  for (const part of body) request.write(part)
  request.end()
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, headers: response.headers, body: text }
}

/** Writes to a socket what no HTTP client would write, and reads until the other side ends. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

const { privateKey, publicKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = { ...key.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' }
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const now = Math.floor(Date.now() / 1000)

/** A token signed like Cognito's. A claim that is `undefined` is left out. */
function token(claims: Properties = {}, { signer = privateKey, kid = 'key-1' } = {}): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const times = { iat: now - 10, exp: now + 3600 }
  const payload = { sub: 'ann', iss: issuer, client_id: 'client-1', token_use: 'access', ...times, ...claims }
  const signed = `${encode({ alg: 'RS256', kid })}.${encode(payload)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(signer, 'base64url')}`
}

describe('route selection', () => {
  const routeKeys = [
    '$default',
    'ANY /{proxy+}',
    'GET /pets/{proxy+}',
    'GET /pets/dog/{id}',
    'GET /pets/dog/1',
    'ANY /pets/dog/{name}',
    'POST /pets/{kind}/{id}',
    'ANY /me',
    'GET /me',
    'GET /a.b',
    'PUT /files/{path+}',
    'GET /files/{path+}',
    'GET /{folder}/list',
  ]
  const findRoute = createRouter(routeKeys.map((routeKey) => ({ routeKey })))

  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['PUT', '/pets/dog/2', 'ANY /pets/dog/{name}', { name: '2' }],
    ['POST', '/pets/dog/2', 'ANY /pets/dog/{name}', { name: '2' }],
    ['POST', '/pets/cat/2', 'POST /pets/{kind}/{id}', { kind: 'cat', id: '2' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/me', 'GET /me', {}],
    ['HEAD', '/me', 'ANY /me', {}],
    ['GET', '/a.b', 'GET /a.b', {}],
    ['GET', '/aXb', 'ANY /{proxy+}', { proxy: 'aXb' }],
    ['GET', '/me/', 'ANY /{proxy+}', { proxy: 'me/' }],
    ['GET', '/ME', 'ANY /{proxy+}', { proxy: 'ME' }],
    ['PUT', '/files/a/b c', 'PUT /files/{path+}', { path: 'a/b c' }],
    ['GET', '/files/list', 'GET /{folder}/list', { folder: 'files' }],
    ['GET', '/files/a', 'GET /files/{path+}', { path: 'a' }],
    ['PUT', '/files/', 'ANY /{proxy+}', { proxy: 'files/' }],
    ['GET', '/', '$default', {}],
  ])('routes %s %s to %s', (method, path, routeKey, parameters) => {
    expect(findRoute(method, path)).toEqual({ route: { routeKey }, parameters })
  })

  it.each([
    ['HEAD', '/projects/1'],
    ['GET', '/projects/'],
    ['GET', '/projects'],
    ['GET', '/projects/1/2'],
  ])('routes %s %s nowhere, because nothing matches', (method, path) => {
    expect(createRouter([{ routeKey: 'GET /projects/{id}' }])(method, path)).toBeUndefined()
  })

  it('is independent of the order of routes in the template', () => {
    const reversed = createRouter(routeKeys.toReversed().map((routeKey) => ({ routeKey })))
    for (const path of ['/pets/dog/1', '/pets/dog/2', '/pets/cat/1', '/me', '/'])
      expect(reversed('GET', path)).toEqual(findRoute('GET', path))
  })

  it("answers 404 in AWS's words", async () => {
    const { url } = await start(undefined, { routeKeys: ['GET /health'] })
    const response = await fetch(`${url}/healthy`)
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json'])
    expect(await response.text()).toBe('{"message":"Not Found"}')
    expect(response.headers.get('apigw-requestid')).toMatch(/^[\w+/]{15}=$/)
  })
})

describe('an event of payload format 2.0', () => {
  it('describes the request as API Gateway does', async () => {
    const { api, events } = await start(undefined, { routeKeys: ['ANY /projects/{projectId}/{rest+}'] })
    const before = Date.now()
    await send(
      api.url,
      {
        method: 'POST',
        path: '/projects/a%20b%C3%A9/members/1?tag=x&tag=y%20z&empty=',
        headers: {
          Host: `localhost:${api.port}`,
          'User-Agent': 'test',
          'Content-Type': 'application/json',
          'X-Many': ['1', '2'],
          Cookie: ['one=1; two=2', 'three=3'],
          'X-Forwarded-For': '203.0.113.7',
        },
      },
      [Buffer.from('{"title":"é"}')],
    )
    const [event] = events
    const { requestContext, headers, ...rest } = event ?? expect.fail('no event')
    expect(rest).toEqual({
      version: '2.0',
      routeKey: 'ANY /projects/{projectId}/{rest+}',
      rawPath: '/projects/a bé/members/1',
      rawQueryString: 'tag=x&tag=y%20z&empty=',
      cookies: ['one=1', 'two=2', 'three=3'],
      queryStringParameters: { tag: 'x,y z', empty: '' },
      pathParameters: { projectId: 'a bé', rest: 'members/1' },
      body: '{"title":"é"}',
      isBase64Encoded: false,
    })
    expect(headers).toEqual({
      host: `localhost:${api.port}`,
      'user-agent': 'test',
      'content-type': 'application/json',
      'content-length': '14',
      'x-many': '1,2',
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-forwarded-port': String(api.port),
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    })
    expect(requestContext).toEqual({
      accountId: '000000000000',
      apiId: 'Api',
      domainName: `localhost:${api.port}`,
      domainPrefix: 'localhost',
      http: {
        method: 'POST',
        path: '/projects/a bé/members/1',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: expect.stringMatching(/^[\w+/]{15}=$/),
      routeKey: 'ANY /projects/{projectId}/{rest+}',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    })
    expect(requestContext.timeEpoch).toBeGreaterThanOrEqual(before)
  })

  it('leaves out empty fields', async () => {
    const { events, url } = await start()
    await fetch(`${url}/`)
    const [event] = events
    expect(Object.keys(event ?? {}).sort()).toEqual([
      'headers',
      'isBase64Encoded',
      'rawPath',
      'rawQueryString',
      'requestContext',
      'routeKey',
      'version',
    ])
    expect(event?.requestContext).not.toHaveProperty('authorizer')
  })

  it.each([
    ['text/plain', false],
    ['text/html; charset=utf-8', false],
    ['application/json', false],
    ['Application/JSON; charset=utf-8', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/problem+json', true],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['image/png', true],
    ['', true],
  ])('with a body of type "%s" has it in base64: %s', async (contentType, isBase64Encoded) => {
    const { events, url } = await start()
    const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType }
    await send(url, { method: 'PUT', headers }, [Buffer.from('grün')])
    const body = isBase64Encoded ? Buffer.from('grün').toString('base64') : 'grün'
    expect(events[0]).toMatchObject({ body, isBase64Encoded })
  })

  it('has the length of a body that arrived in chunks', async () => {
    const { events, url } = await start()
    await send(url, { method: 'PUT', headers: { 'content-type': 'text/plain' } }, [
      Buffer.from('one '),
      Buffer.from('two'),
    ])
    expect(events[0]?.body).toBe('one two')
    expect(events[0]?.headers).toMatchObject({ 'content-length': '7' })
    expect(events[0]?.headers).not.toHaveProperty('transfer-encoding')
  })
})

describe("a function's answer", () => {
  it('sets status, headers, cookies and body', async () => {
    const { url } = await start(() => ({
      statusCode: 201,
      headers: { ETag: '"3"', 'Content-Type': 'application/json', 'X-Count': 3, 'Content-Length': 99 },
      cookies: ['one=1; Path=/', 'two=2'],
      body: '{"id":"é"}',
    }))
    const { status, headers, body } = await send(url)
    expect({ status, body }).toEqual({ status: 201, body: '{"id":"é"}' })
    expect(headers).toMatchObject({
      etag: '"3"',
      'content-type': 'application/json',
      'x-count': '3',
      'content-length': '11',
      'set-cookie': ['one=1; Path=/', 'two=2'],
    })
  })

  it.each([
    ['an object without a status', { message: 'hi' }, '{"message":"hi"}'],
    ['a text', 'hi', 'hi'],
    ['a list', [1, 2], '[1,2]'],
    ['a number', 42, '42'],
    ['nothing', undefined, 'null'],
  ])('is the body of a 200 in JSON if it is %s', async (_, answer, body) => {
    const { url } = await start(() => answer)
    const response = await fetch(url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await response.text()).toBe(body)
  })

  it.each([
    ['a status', { statusCode: 204 }, 204, '', 'text/plain; charset=utf-8'],
    ['a status in a text', { statusCode: '202', body: 'x' }, 202, 'x', 'text/plain; charset=utf-8'],
    [
      'a body in base64',
      { statusCode: 200, body: 'aGk=', isBase64Encoded: true },
      200,
      'hi',
      'text/plain; charset=utf-8',
    ],
    ['a redirect', { statusCode: 302, headers: { location: '/x' } }, 302, '', 'text/plain; charset=utf-8'],
  ])('may be %s', async (_, answer, status, body, contentType) => {
    const { url } = await start(() => answer)
    const response = await send(url)
    expect([response.status, response.body, response.headers['content-type']]).toEqual([
      status,
      body,
      contentType,
    ])
  })

  it.each([
    ['a body that is not a text', { statusCode: 200, body: { a: 1 } }],
    ['an invalid status', { statusCode: 200.5 }],
    ['no status', { statusCode: null }],
    ['headers that are not an object', { statusCode: 200, headers: 'x' }],
    ['a header that is not a text', { statusCode: 200, headers: { a: ['1'] } }],
    ['a header that HTTP forbids', { statusCode: 200, headers: { ok: '1', bad: 'a\r\nset-cookie: b' } }],
    ['cookies that are not a list', { statusCode: 200, cookies: 'a=1' }],
  ])('is 500 if it has %s', async (_, answer) => {
    const { url } = await start(() => answer)
    const response = await send(url)
    expect([response.status, response.body]).toEqual([500, '{"message":"Internal Server Error"}'])
    expect(response.headers).toMatchObject({ 'content-type': 'application/json' })
    expect(response.headers).not.toHaveProperty('ok')
  })

  it('has no body for HEAD', async () => {
    const { url, events } = await start(() => ({ statusCode: 200, body: 'hi' }))
    const response = await fetch(url, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(events[0]?.requestContext.http.method).toBe('HEAD')
  })
})

describe('a function that fails to answer', () => {
  it.each([
    ['rejects', new Error('There is no such function'), 500, 'Internal Server Error'],
    [
      'is throttled',
      Object.assign(new Error('Rate exceeded'), { name: 'TooManyRequestsException' }),
      503,
      'Service Unavailable',
    ],
  ])('is logged and answered with an error if it %s', async (_, error, status, message) => {
    const { url, lines } = await start(() => Promise.reject(error))
    const response = await fetch(url)
    expect([response.status, await response.json()]).toEqual([status, { message }])
    expect(lines).toEqual([expect.stringContaining(`$default answered ${status}: ${functionArn}`)])
  })

  it('is 500 if it failed, and its error is only in the log', async () => {
    const lines: string[] = []
    const api = await startHttpApi({
      port: 0,
      portVariable: 'PORT',
      api: definition(['$default']),
      origins: createOrigins(),
      databaseProblem: async () => undefined,
      keysOf: () => ({ keys: [] }),
      invoke: async () => ({ payload: null, error: { errorType: 'TypeError', errorMessage: 'oops' } }),
      log: (_, message) => lines.push(message),
    })
    open.push(api)
    const response = await fetch(api.url)
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}'])
    expect(lines).toEqual([`$default answered 500: ${functionArn} failed: TypeError oops`])
  })

  it("is 503 after the integration's timeout", async () => {
    const changes = { Integration: { TimeoutInMillis: 50 } }
    const { url } = await start(() => new Promise(() => {}), { changes })
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([503, '{"message":"Service Unavailable"}'])
  })
})

describe('a JWT authorizer', () => {
  const routes = { routeKeys: ['GET /me', 'GET /health'], changes: withAuthorizer }

  it.each([
    ['Bearer', (jwt: string) => `Bearer ${jwt}`],
    ['bearer', (jwt: string) => `bearer ${jwt}`],
    ['no', (jwt: string) => jwt],
  ])('accepts a token with %s prefix', async (_, header) => {
    const { url } = await start(undefined, routes)
    const response = await fetch(`${url}/me`, { headers: { authorization: header(token()) } })
    expect(response.status).toBe(200)
  })

  it('passes on the claims as texts', async () => {
    const { url, events } = await start(undefined, routes)
    const claims = { 'cognito:groups': ['admin', 'people'], email_verified: true, scope: 'openid email' }
    await fetch(`${url}/me`, { headers: { authorization: token(claims) } })
    const event = events[0] as APIGatewayProxyEventV2WithJWTAuthorizer // the route has the authorizer
    expect(event.requestContext.authorizer.jwt).toEqual({
      claims: {
        sub: 'ann',
        iss: issuer,
        client_id: 'client-1',
        token_use: 'access',
        iat: String(now - 10),
        exp: String(now + 3600),
        'cognito:groups': '[admin people]',
        email_verified: 'true',
        scope: 'openid email',
      },
      scopes: ['openid', 'email'],
    })
  })

  it.each([
    ['an ID token, by its audience', { aud: 'client-2', client_id: undefined, token_use: 'id' }, 200],
    ['any audience of a list', { aud: ['other', 'client-1'] }, 200],
    ['another audience, whatever the client id', { aud: 'other' }, 401],
    ['another client', { client_id: 'other' }, 401],
    ['neither audience nor client', { client_id: undefined }, 401],
    ['an expired token', { exp: now - 1 }, 401],
    ['a token that is not valid yet', { nbf: now + 60 }, 401],
    ['a token issued in the future', { iat: now + 60 }, 401],
    ['another issuer', { iss: 'https://example.com' }, 401],
  ])('checks %s', async (_, claims, status) => {
    const { url, events } = await start(undefined, routes)
    const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token(claims)}` } })
    expect(response.status).toBe(status)
    expect(events).toHaveLength(status === 200 ? 1 : 0)
  })

  it.each([
    ['signed by another key', token({}, { signer: stranger })],
    ['with an unknown key', token({}, { kid: 'key-2' })],
    ['without a signature', `${token().split('.').slice(0, 2).join('.')}.`],
    ['that is not a JWT', 'nonsense'],
    ['with another scheme', `Basic ${token()}`],
  ])('refuses a token %s', async (_, authorization) => {
    const { url } = await start(undefined, routes)
    const response = await fetch(`${url}/me`, { headers: { authorization } })
    expect([response.status, await response.text()]).toEqual([401, '{"message":"Unauthorized"}'])
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer scope="" error="invalid_token" error_description="[^"]+"$/,
    )
  })

  it('names the wrong audience as AWS does', async () => {
    const { url } = await start(undefined, routes)
    const response = await fetch(`${url}/me`, { headers: { authorization: token({ client_id: 'other' }) } })
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
    )
  })

  it.each([undefined, 'Bearer', 'Bearer '])('requests a token if the header is %j', async (authorization) => {
    const { url } = await start(undefined, routes)
    const response = await fetch(`${url}/me`, {
      headers: authorization === undefined ? {} : { authorization },
    })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it('leaves a route without an authorizer open', async () => {
    const { url } = await start(undefined, routes)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})

describe('a quota', () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  const tooLarge = [413, '{"message":"Request Entity Too Large"}']
  const text = { 'content-type': 'text/plain' }

  it('refuses a body over 10 MB by its length, before it arrives', async () => {
    const { api, events } = await start()
    const socket = connect(api.port, '127.0.0.1')
    socket.write(
      `POST / HTTP/1.1\r\nhost: localhost:${api.port}\r\ncontent-length: ${10 * 1024 * 1024 + 1}\r\n\r\nfirst`,
    )
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 [\s\S]*{"message":"Request Entity Too Large"}$/)
    expect(events).toHaveLength(0)
    socket.destroy()
  })

  it('refuses a body over 10 MB in chunks, and the connection stays usable', async () => {
    const { url } = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const large = await send(url, { method: 'POST', agent }, Array(12).fill(megabyte))
    const next = await send(url, { agent })
    expect([[large.status, large.body], next.status]).toEqual([tooLarge, 200])
    agent.destroy()
  })

  it('refuses an event over 6 MB', async () => {
    const { url, events } = await start()
    const fits = await send(url, { method: 'POST', headers: text }, Array(5).fill(megabyte))
    const over = await send(url, { method: 'POST', headers: text }, Array(6).fill(megabyte))
    const inBase64 = await send(url, { method: 'POST' }, Array(5).fill(megabyte))
    expect([fits.status, over.status, inBase64.status]).toEqual([200, 413, 413])
    expect(events).toHaveLength(1)
  })

  it.each([
    [9_000, 200],
    [10_240, 431],
    [100_000, 431],
  ])('answers a request with %i bytes of headers with %i', async (bytes, status) => {
    const { url } = await start()
    const response = await send(url, { headers: { 'x-long': 'x'.repeat(bytes) } })
    expect(response.status).toBe(status)
    if (status === 431) expect(response.body).toBe('{"message":"Request Header Fields Too Large"}')
  })

  it('accepts a burst, and then as many requests as the rate allows', async () => {
    const settings = { DefaultRouteSettings: { ThrottlingBurstLimit: 3, ThrottlingRateLimit: 50 } }
    const { url } = await start(undefined, { changes: { Stage: settings } })
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(url)).status))
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3)
    expect(statuses).toContain(429)
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200))
  })

  it("answers 429 in AWS's words", async () => {
    const settings = { DefaultRouteSettings: { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0 } }
    const { url, events } = await start(undefined, { changes: { Stage: settings } })
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([429, '{"message":"Too Many Requests"}'])
    expect(events).toHaveLength(0)
  })
})

describe('a connection', () => {
  it.each(['NONSENSE\r\n\r\n', 'GET / HTTP/1.1\r\nno colon\r\n\r\n'])('answers 400 to %j', async (text) => {
    const { api } = await start()
    expect(await sendRaw(api.port, text)).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*{"message":"Bad Request"}$/,
    )
  })

  it('answers 400 to a path that cannot be decoded', async () => {
    const { url } = await start()
    const response = await send(url, { path: '/%zz' })
    expect([response.status, response.body]).toEqual([400, '{"message":"Bad Request"}'])
  })

  it('that its client ends does not end another', async () => {
    const answers: (() => void)[] = []
    const { api, url, events, lines } = await start(({ rawPath }) =>
      rawPath === '/after'
        ? { statusCode: 200 }
        : new Promise((resolve) => answers.push(() => resolve({ statusCode: 200, body: 'late' }))),
    )
    const gone = connect(api.port, '127.0.0.1')
    gone.write(`GET /gone HTTP/1.1\r\nhost: localhost:${api.port}\r\n\r\n`)
    const inBody = connect(api.port, '127.0.0.1')
    inBody.write(`POST /half HTTP/1.1\r\nhost: localhost:${api.port}\r\ncontent-length: 10\r\n\r\nhalf`)
    await vi.waitFor(() => expect(events).toHaveLength(1))
    const other = fetch(`${url}/other`)
    await vi.waitFor(() => expect(events).toHaveLength(2))
    gone.destroy()
    inBody.destroy()
    for (const answer of answers) answer()
    expect(await (await other).text()).toBe('late')
    expect((await fetch(`${url}/after`)).status).toBe(200)
    expect(lines).toEqual([])
  })

  it('is cut off if the rest of a refused request does not end', async () => {
    const { api } = await start(undefined, { routeKeys: ['GET /health'] })
    const answer = sendRaw(
      api.port,
      `POST / HTTP/1.1\r\nhost: localhost:${api.port}\r\ncontent-length: 10\r\n\r\nhalf`,
    )
    expect(await answer).toContain('{"message":"Not Found"}')
  })

  it('ends immediately on close, if idle, waiting or malformed', async () => {
    const { api, events } = await start(() => new Promise(() => {}))
    const sockets = ['', `GET / HTTP/1.1\r\nhost: localhost:${api.port}\r\n\r\n`, 'NONSENSE\r\n\r\n'].map(
      (text) => {
        const socket = connect({ port: api.port, host: '127.0.0.1', allowHalfOpen: true })
        socket.on('error', () => {}).resume()
        if (text !== '') socket.write(text)
        return socket
      },
    )
    await vi.waitFor(() => expect(events).toHaveLength(1))
    await api.close()
    await expect(fetch(api.url)).rejects.toThrow()
    for (const socket of sockets) socket.destroy()
  })
})

describe('starting an HTTP API', () => {
  it.each([
    ['Api', { CorsConfiguration: { Other: [] } }, 'Api Api: CorsConfiguration.Other is not modelled'],
    ['Api', { ProtocolType: 'WEBSOCKET' }, 'Api Api: ProtocolType is not modelled: "WEBSOCKET"'],
    ['Stage', { RouteSettings: {} }, 'Stage Stage: RouteSettings is not modelled'],
    ['Stage', { StageName: 'dev' }, 'Stage Stage: StageName is not modelled: "dev"'],
    [
      'Stage',
      { DefaultRouteSettings: { LoggingLevel: 'INFO' } },
      'Stage Stage: DefaultRouteSettings.LoggingLevel is not modelled',
    ],
    ['Integration', { ConnectionId: 'link' }, 'Integration Integration: ConnectionId is not modelled'],
    ['Integration', { RequestParameters: {} }, 'Integration Integration: RequestParameters is not modelled'],
    [
      'Integration',
      { PayloadFormatVersion: '1.0' },
      'Integration Integration: PayloadFormatVersion is not modelled: "1.0"',
    ],
    [
      'Integration',
      { TimeoutInMillis: 60_000 },
      'Integration Integration: TimeoutInMillis is not modelled: 60000',
    ],
    ['Route0', { AuthorizationScopes: ['a'] }, 'Route Route0: AuthorizationScopes is not modelled'],
    [
      'Route0',
      { AuthorizationType: 'AWS_IAM' },
      'Route Route0: AuthorizationType is not modelled: "AWS_IAM"',
    ],
    ['Route0', { Target: 'integrations/Other' }, 'Route Route0: Target is not modelled: integrations/Other'],
    [
      'Route0',
      { AuthorizationType: 'JWT', AuthorizerId: 'Other' },
      'Route Route0: AuthorizerId is not modelled: Other',
    ],
    ['Route0', { RouteKey: 'GET /{a+}/b' }, 'RouteKey is not modelled: GET /{a+}/b'],
    ['Route0', { RouteKey: 'GET /a{b}' }, 'RouteKey is not modelled: GET /a{b}'],
    [
      'Authorizer',
      { AuthorizerType: 'REQUEST' },
      'Authorizer Authorizer: AuthorizerType is not modelled: "REQUEST"',
    ],
    [
      'Authorizer',
      { IdentitySource: ['$request.querystring.token'] },
      'Authorizer Authorizer: IdentitySource.0 is not modelled: "$request.querystring.token"',
    ],
    [
      'Authorizer',
      { JwtConfiguration: { Audience: ['a'], Issuer: 'https://example.com' } },
      'Authorizer Authorizer: Issuer is not modelled: https://example.com',
    ],
  ])('refuses a %s with %j', async (logicalId, properties, message) => {
    const changes = { ...withAuthorizer, [logicalId]: { ...properties } }
    await expect(start(undefined, { changes })).rejects.toThrow(new Error(message))
  })

  it('accepts properties that mean nothing on one machine', async () => {
    const changes = {
      Api: { Description: 'x', Tags: {} },
      Stage: {
        AutoDeploy: true,
        AccessLogSettings: {},
        DefaultRouteSettings: { DetailedMetricsEnabled: true },
      },
      Integration: { Description: 'x', IntegrationMethod: 'POST' },
      Route0: { OperationName: 'x', AuthorizationType: 'NONE' },
    }
    const { url } = await start(undefined, { changes })
    expect((await fetch(url)).status).toBe(200)
  })

  it("answers /health with 503 while the database is down, and otherwise with the function's answer", async () => {
    let problem: string | undefined
    const api = await startHttpApi({
      port: 0,
      portVariable: 'PORT',
      api: definition(['GET /health', 'POST /health', 'GET /other']),
      origins: createOrigins(),
      databaseProblem: async () => problem,
      keysOf: () => ({ keys: [] }),
      invoke: async () => ({ payload: { statusCode: 200, body: 'ok' } }),
      log: () => {},
    })
    open.push(api)
    const ask = async (path: string, method = 'GET') => (await fetch(`${api.url}${path}`, { method })).status
    expect(await ask('/health')).toBe(200)
    problem = 'the file is read-only'
    expect(await ask('/health')).toBe(503)
    expect(await (await fetch(`${api.url}/health`)).json()).toEqual({
      message: 'The database is down: the file is read-only',
    })
    expect([await ask('/other'), await ask('/health', 'POST')]).toEqual([200, 200])
  })

  const cors = {
    AllowOrigins: ['https://app.example.com'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['authorization', 'content-type'],
    ExposeHeaders: ['etag'],
    MaxAge: 60,
  }
  const origin = 'https://app.example.com'

  it('answers a preflight of a listed origin by the CORS setting', async () => {
    const { url, events } = await start(undefined, { changes: { Api: { CorsConfiguration: cors } } })
    const headers = { origin, 'access-control-request-method': 'POST' }
    const preflight = await fetch(`${url}/any`, { method: 'OPTIONS', headers })
    expect([preflight.status, events]).toEqual([204, []])
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '60',
    })
    const answer = await fetch(url, { headers: { origin } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('access-control-expose-headers')).toBe('etag')
  })

  it('refuses the page of any other origin, and any other host', async () => {
    const { url, api, events } = await start(undefined, { changes: { Api: { CorsConfiguration: cors } } })
    const status = async (headers: Record<string, string>) => (await fetch(url, { headers })).status
    expect(await status({ origin: 'https://elsewhere.example.com' })).toBe(403)
    expect(await sendRaw(api.port, 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/ 403 /)
    expect(events).toEqual([])
    const own = await fetch(url, { headers: { origin: `http://localhost:${api.port}` } })
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([
      200,
      `http://localhost:${api.port}`,
    ])
  })

  it('names the variable if the port is in use', async () => {
    const { api } = await start()
    await expect(
      startHttpApi({
        port: api.port,
        portVariable: 'PORT',
        api: definition(['$default']),
        invoke: async () => ({ payload: null }),
        origins: createOrigins(),
        databaseProblem: async () => undefined,
        keysOf: () => ({ keys: [] }),
        log: () => {},
      }),
    ).rejects.toThrow(/^Port \d+ is in use: .* PORT=…$/)
  })
})
