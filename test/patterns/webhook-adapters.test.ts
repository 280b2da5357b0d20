import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { App, Stack } from 'aws-cdk-lib'
import { CfnApi, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildOnce, settings } from '../../infra/build/bundle.ts'
import { type LocalCloud, startLocalCloud } from '../../infra/local/index.ts'
import { addEventStore } from '../../infra/stack/parts/event-store.ts'
import { addHandledEvents, addReactionFailures, addReactions } from '../../infra/stack/parts/reactions.ts'
import type { PublicEvent } from '../../workflows/reactions/reaction.ts'
import { createSecret } from '../../workflows/reactions/secrets-manager-secret.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { awsServer, json } from '../kit/local-cloud/aws-server.ts'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { ample } from '../kit/memory/read-side.ts'
import { bookingWebhook } from './booking-reactions.ts'
import { bookingCall } from './webhook.ts'

interface Call {
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** The other service. It answers each call with the next status, or else with 204. */
function startService() {
  const calls: Call[] = []
  const answers: number[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    calls.push({ headers: request.headers, body })
    const status = answers.shift() ?? 204
    if (status > 0) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
  })
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { calls, answers, address, listening, close }
}

let service: ReturnType<typeof startService>
beforeEach(async () => {
  service = startService()
  await service.listening
})
afterEach(() => service.close())

const event = {
  id: 'booking-1/1',
  type: 'BookingCreated',
  at: '2026-01-01T00:00:00.000Z',
  correlationId: 'c',
  data: { bookingId: '1', roomId: 'blue', startsAt: 'from', endsAt: 'to' },
}

describe('the call of the other service', () => {
  const react = (over: { deadline?: typeof ample; text?: string } = {}) => {
    const text = over.text ?? JSON.stringify({ url: service.address(), key: 'k3y' })
    return bookingCall({ secret: { value: async () => text } }).react(
      event satisfies PublicEvent<unknown>,
      over.deadline ?? ample,
    )
  }

  it('carries the key, the event, and its id as the idempotency key', async () => {
    expect(await react()).toBe('called')
    const { correlationId: _, ...body } = event
    expect(service.calls).toMatchObject([
      { headers: { authorization: 'Bearer k3y', 'idempotency-key': 'booking-1/1' }, body },
    ])
  })

  it.each([500, 429, 400, 302])('fails, and so is repeated, if the service answers %i', async (status) => {
    service.answers.push(status)
    const error = await react().catch((error: Error) => error)
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(`${error}${(error as Error).cause}`).not.toContain('k3y')
    expect(service.calls).toHaveLength(1)
  })

  it('fails if the service does not answer in time', async () => {
    service.answers.push(0)
    await expect(react({ deadline: { left: () => 50 } })).rejects.toMatchObject({ code: 'unavailable' })
  })

  it.each([
    'k3y',
    '{"url":"no address","key":"k3y"}',
    '{"key":"k3y"}',
  ])('fails without a call if the secret is %s, and the error names no part of it', async (text) => {
    await expect(react({ text })).rejects.toThrow(/^The secret is not \{"url": "…", "key": "…"\}\.$/)
    expect(service.calls).toEqual([])
  })
})

describe('a secret of Secrets Manager', () => {
  const open = async (answer: Parameters<typeof awsServer>[0]) => {
    const { config, requests } = await awsServer(answer)
    const clock = manualClock()
    return { secret: createSecret('arn', clock, config), clock, requests }
  }

  it('is read by its ARN, and again after a minute', async () => {
    const { secret, clock, requests } = await open(json({ SecretString: 'k3y' }))
    expect(await secret.value(ample)).toBe('k3y')
    await clock.sleep(59_999)
    await secret.value(ample)
    expect(requests).toMatchObject([{ target: 'secretsmanager.GetSecretValue', body: '{"SecretId":"arn"}' }])
    await clock.sleep(1)
    await secret.value(ample)
    expect(requests).toHaveLength(2)
  })

  it('is unavailable if the service does not answer, and a missing value is final', async () => {
    const broken = await open(json({ __type: 'InternalServiceError' }, 500))
    await expect(broken.secret.value(ample)).rejects.toMatchObject({ code: 'unavailable' })
    const missing = await open(json({ __type: 'ResourceNotFoundException', message: 'No value' }, 400))
    await expect(missing.secret.value(ample)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('that is not a text is refused', async () => {
    const { secret } = await open(json({ SecretBinary: 'azN5' }))
    await expect(secret.value(ample)).rejects.toThrow('The secret arn is not a text.')
  })
})

describe('on the local cloud', () => {
  let folder: string
  let cloud: LocalCloud
  const lines: string[] = []

  /** Synthesises the stack of the reaction, as the row of data declares it. */
  async function synthesise(): Promise<string> {
    const bundles = join(folder, 'bundles')
    const entry = join(import.meta.dirname, './functions/booking-webhook.ts')
    mkdirSync(bundles)
    await buildOnce({
      ...settings,
      entryPoints: [{ in: entry, out: 'booking-webhook/index' }],
      outdir: bundles,
    })
    const outdir = join(folder, 'cdk.out')
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false })
    const stack = new Stack(app, 'Annals')
    addReactions(stack, addReactionFailures(stack, [bookingWebhook]), {
      bundles,
      bus: new EventBus(stack, 'Events', { eventBusName: 'events' }),
      eventStore: addEventStore(stack),
      handled: addHandledEvents(stack),
      resources: {
        'event-store': { arn: '', environment: {} },
        'user-pool': { arn: '', environment: {} },
      },
    })
    const api = new CfnApi(stack, 'Api', { name: 'Api', protocolType: 'HTTP' })
    new CfnStage(stack, 'Stage', { apiId: api.ref, stageName: '$default' })
    app.synth()
    return outdir
  }

  beforeAll(async () => {
    folder = newDataDir()
    const assembly = await synthesise()
    cloud = await startLocalCloud({
      assembly: () => assembly,
      dataDir: join(folder, 'data'),
      port: 0,
      awsPort: 0,
      region: 'eu-west-1',
      allowRemote: false,
      groups: [],
      retryDelaysMs: [10],
      log: (source, message) => lines.push(`${source} ${message}`),
    })
  })
  afterAll(async () => {
    await cloud?.close()
    removeDataDir(folder)
  })

  const publish = async (id: string) => {
    const client = new EventBridgeClient({
      endpoint: cloud.awsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    const Detail = JSON.stringify({ ...event, id, schema: 1 })
    const entry = { EventBusName: 'events', Source: 'annals', DetailType: event.type, Detail }
    const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }))
    expect(FailedEntryCount).toBe(0)
  }

  it('the reaction reads the secret that a developer wrote to the file, and calls the service', async () => {
    const file = join(folder, 'data', 'secrets.json')
    expect(lines).toContain(
      `BookingWebhookSecret has no value. Write {"BookingWebhookSecret": "…"} to ${file}`,
    )
    const value = { url: service.address(), key: 'k3y' }
    writeFileSync(file, JSON.stringify({ BookingWebhookSecret: value }))
    // The first try fails at the service, and Lambda's next one is the same call.
    service.answers.push(503)
    await publish('booking-1/1')
    await vi.waitFor(() => expect(service.calls).toHaveLength(2), { timeout: 20_000 })
    for (const { headers } of service.calls)
      expect(headers).toMatchObject({ authorization: 'Bearer k3y', 'idempotency-key': 'booking-1/1' })
    expect(lines.join('\n')).not.toContain('k3y')
  })
})
