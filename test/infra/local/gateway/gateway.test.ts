import { connect } from 'node:net'
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AwsError,
  type AwsRequest,
  type AwsService,
  jsonOf,
} from '../../../../infra/local/gateway/aws-service.ts'
import { createOrigins } from '../../../../infra/local/gateway/gate.ts'
import { type Gateway, startGateway } from '../../../../infra/local/gateway/gateway.ts'

let gateway: Gateway
let log: ReturnType<typeof vi.fn<(source: string, message: string) => void>>
let handle: ReturnType<typeof vi.fn<AwsService['handle']>>
let refusal: string | undefined
const origins = createOrigins()

beforeEach(async () => {
  log = vi.fn()
  refusal = undefined
  handle = vi.fn<AwsService['handle']>(async () => ({
    status: 200,
    body: '{"Item":{"title":{"S":"Atlas"}}}',
  }))
  gateway = await startGateway({
    port: 0,
    services: [
      {
        targets: ['DynamoDB_20120810'],
        operations: { GetItem: { call: 'new GetItemCommand(' } },
        permissions: (request) => {
          jsonOf(request)
          return [{ action: 'dynamodb:GetItem', resource: 'table' }]
        },
        handle: (request: AwsRequest) => handle(request),
      },
      {
        targets: [],
        rest: { signedFor: 'lambda', operationOf: () => 'Invoke' },
        operations: { Invoke: {} },
        permissions: () => [],
        handle: (request: AwsRequest) => handle(request),
      },
    ],
    page: (url) => (url.pathname === '/page' ? { status: 200, body: 'a page' } : undefined),
    refusal(request, service) {
      service.permissions(request)
      return refusal
    },
    origins,
    log,
  })
})

afterEach(() => gateway.close())

const client = (accessKeyId = 'CommandApi') =>
  new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: gateway.url,
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  })
const get = new GetItemCommand({ TableName: 'Projects', Key: { pk: { S: '1' } } })

describe('the gateway', () => {
  it('passes a call to its service, with the caller', async () => {
    expect((await client().send(get)).Item).toEqual({ title: { S: 'Atlas' } })
    expect(handle).toHaveBeenCalledWith(
      expect.objectContaining({ operation: 'GetItem', caller: 'CommandApi', body: expect.any(Buffer) }),
    )
  })

  it("returns an error of the service in AWS's words", async () => {
    handle.mockRejectedValue(new AwsError('ResourceNotFoundException', 'There is no such table'))
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'There is no such table',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('returns a failure of the local cloud without its details, and logs them', async () => {
    handle.mockRejectedValue(new Error('a secret'))
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'InternalFailure',
      message: 'The local cloud failed',
      $metadata: { httpStatusCode: 500 },
    })
    expect(log).toHaveBeenCalledWith('gateway', expect.stringContaining('a secret'))
  })

  it('refuses a caller without the permission, and does not call the service', async () => {
    refusal = 'User: x is not authorized'
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'User: x is not authorized',
    })
    expect(handle).not.toHaveBeenCalled()
    expect(log).toHaveBeenCalledWith('CommandApi', 'refused: User: x is not authorized')
  })

  it('refuses an unmodelled operation by its name, and lists the modelled ones', async () => {
    await expect(client().send(new ScanCommand({ TableName: 'Projects' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/DynamoDB_20120810\.Scan is not modelled.*: GetItem$/),
    })
  })

  it('refuses an unmodelled service by its name', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSGlue.GetJob' },
      body: '{}',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('AWSGlue.GetJob') })
  })

  it.each([
    '{',
    'null',
    '[]',
    '"text"',
    '[1'.repeat(5_000),
    `{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
  ])('answers the body %.20s with an error of AWS that says what to send', async (body) => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' }
    const response = await fetch(gateway.url, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      __type: 'SerializationException',
      message: expect.stringMatching(/send a JSON object$/),
    })
    expect(log).not.toHaveBeenCalled()
  })

  it.each(['//', '/%zz', '//page', '/?a=%zz', '*'])('answers the address %s as unknown', async (path) => {
    const { port } = new URL(gateway.url)
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`)
    expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1.1 404 /)
    expect(log).not.toHaveBeenCalled()
  })

  const page = { origin: 'http://localhost:3000', 'x-amz-target': 'DynamoDB_20120810.GetItem' }

  it('never lets a page act as the developer: its requests are signed, or need no permission', async () => {
    origins.addPort(3000)
    const unsigned = await fetch(gateway.url, { method: 'POST', headers: page, body: '{}' })
    expect(unsigned.status).toBe(400)
    expect(await unsigned.json()).toMatchObject({
      __type: 'AccessDeniedException',
      message: expect.stringContaining('does not act as the developer'),
    })
    expect(handle).not.toHaveBeenCalled()
    const elsewhere = { ...page, origin: 'https://elsewhere.example.com' }
    expect((await fetch(gateway.url, { method: 'POST', headers: elsewhere, body: '{}' })).status).toBe(403)
  })

  it('refuses a call with a signature in the query, which only S3 accepts', async () => {
    const query = '?X-Amz-Credential=any/20260101/eu-west-1/lambda/aws4_request&X-Amz-Signature=00'
    const response = await fetch(`${gateway.url}/2015-03-31/functions/x/invocations${query}`, {
      method: 'POST',
    })
    expect(response.status).toBe(400)
    expect(handle).not.toHaveBeenCalled()
  })

  it('reads a long header fast', async () => {
    const began = performance.now()
    await fetch(gateway.url, { headers: { authorization: 'Credential='.repeat(1_000) } })
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('serves pages, and tells a visitor with a wrong address where the pages are', async () => {
    expect(await (await fetch(`${gateway.url}/page`)).text()).toBe('a page')
    const lost = await fetch(gateway.url)
    expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('AWS gateway')])
  })

  it('answers a request that is too large with 413', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: Buffer.alloc(17 * 1024 * 1024),
    })
    expect(response.status).toBe(413)
  })

  it('names the variable that chooses another port if its own is in use', async () => {
    const port = Number(new URL(gateway.url).port)
    const second = startGateway({
      port,
      services: [],
      page: () => undefined,
      refusal: () => undefined,
      origins,
      log,
    })
    await expect(second).rejects.toThrow(
      `Port ${port} is in use: stop what listens there, or choose another with AWS_PORT=…`,
    )
  })
})
