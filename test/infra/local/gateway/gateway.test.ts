import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsError, type AwsRequest, type AwsService } from '../../../../infra/local/gateway/aws-service.ts'
import { type Gateway, startGateway } from '../../../../infra/local/gateway/gateway.ts'

let gateway: Gateway
let log: ReturnType<typeof vi.fn<(source: string, message: string) => void>>
let handle: ReturnType<typeof vi.fn<AwsService['handle']>>
let refusal: string | undefined

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
        permissions: () => [],
        handle: (request: AwsRequest) => handle(request),
      },
    ],
    page: (url) => (url.pathname === '/page' ? { status: 200, body: 'a page' } : undefined),
    refusal: () => refusal,
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
  it('hands a call to its service, and tells who calls', async () => {
    expect((await client().send(get)).Item).toEqual({ title: { S: 'Atlas' } })
    expect(handle).toHaveBeenCalledWith(
      expect.objectContaining({ operation: 'GetItem', caller: 'CommandApi', body: expect.any(Buffer) }),
    )
  })

  it('answers an error of the service as AWS words it', async () => {
    handle.mockRejectedValue(new AwsError('ResourceNotFoundException', 'There is no such table'))
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'There is no such table',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('answers a failure of the local cloud without its details, and logs those', async () => {
    handle.mockRejectedValue(new Error('a secret'))
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'InternalFailure',
      message: 'The local cloud failed',
      $metadata: { httpStatusCode: 500 },
    })
    expect(log).toHaveBeenCalledWith('gateway', expect.stringContaining('a secret'))
  })

  it('refuses who may not, and does not bother the service', async () => {
    refusal = 'User: x is not authorized'
    await expect(client().send(get)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'User: x is not authorized',
    })
    expect(handle).not.toHaveBeenCalled()
    expect(log).toHaveBeenCalledWith('CommandApi', 'refused: User: x is not authorized')
  })

  it('answers an operation that is not modelled by its name, with those that are', async () => {
    await expect(client().send(new ScanCommand({ TableName: 'Projects' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/DynamoDB_20120810\.Scan is not modelled.*: GetItem$/),
    })
  })

  it('answers a service that is not modelled by its name', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSGlue.GetJob' },
      body: '{}',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('AWSGlue.GetJob') })
  })

  it('serves pages, and tells a lost visitor where they are', async () => {
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

  it('says which variable chooses another port where its own is in use', async () => {
    const port = Number(new URL(gateway.url).port)
    const second = startGateway({ port, services: [], page: () => undefined, refusal: () => undefined, log })
    await expect(second).rejects.toThrow(
      `Port ${port} is in use: stop what listens there, or choose another with AWS_PORT=…`,
    )
  })
})
