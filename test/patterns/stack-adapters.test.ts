import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { CfnApi, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { systemClock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { stateNow } from '../../commands/execution/current-state.ts'
import { execute } from '../../commands/execution/execute.ts'
import { buildOnce, settings } from '../../infra/build/bundle.ts'
import { type LocalCloud, readAnnouncement, startLocalCloud } from '../../infra/local/index.ts'
import { addMonitoringData } from '../../infra/stack/monitoring.ts'
import { addEventStore } from '../../infra/stack/parts/event-store.ts'
import { addHandledEvents, addReactions, addReactionsData } from '../../infra/stack/parts/reactions.ts'
import { addReadModel } from '../../infra/stack/parts/read-model.ts'
import { addReservations } from '../../infra/stack/parts/reservations.ts'
import { readStage } from '../../infra/stages/read-stage.ts'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { ample } from '../kit/memory/read-side.ts'
import { startService } from '../kit/other-service.ts'
import { booking } from './booking.ts'
import { bookingWebhook } from './booking-reactions.ts'
import { addPayment, addPaymentData } from './payment-stack.ts'
import { addRemindBookings, addRemindBookingsData } from './remind-bookings-stack.ts'

/** The functions and the parts of the stack that the pages describe, on one local cloud. */
let folder: string
let cloud: LocalCloud
type Service = Awaited<ReturnType<typeof startService>>
let webhook: Service
let payments: Service
const lines: string[] = []
const soon = { timeout: 20_000, interval: 50 }
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }

beforeAll(async () => {
  // The first call fails, and the payment of booking 3 is declined.
  webhook = await startService((_, index) => (index === 0 ? 503 : 204))
  payments = await startService(({ headers }) => (headers['idempotency-key'] === '3/charge' ? 402 : 204))
  folder = newDataDir()
  const bundles = join(folder, 'bundles')
  mkdirSync(bundles)
  const functions = [
    './functions/booking-webhook.ts',
    './functions/payment-steps.ts',
    './functions/remind-bookings.ts',
  ]
  await buildOnce({
    ...settings,
    entryPoints: functions.map((file) => ({
      in: join(import.meta.dirname, file),
      out: `${file.slice('./functions/'.length, -'.ts'.length)}/index`,
    })),
    outdir: bundles,
  })
  const assembly = await synthesise(bundles)
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
  setSecrets()
})
afterAll(async () => {
  await cloud?.close()
  webhook.close()
  payments.close()
  removeDataDir(folder)
})

async function synthesise(bundles: string): Promise<string> {
  const outdir = join(folder, 'cdk.out')
  const app = new App({
    outdir,
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  })
  const stage = await readStage('dev', {})
  const stored = { stage, isProtected: true }
  const data = new Stack(app, 'Data')
  const bus = new EventBus(data, 'Events', { eventBusName: 'events' })
  const writeSide = { eventStore: addEventStore(data, stored), reservations: addReservations(data, stored) }
  const readSide = { readModel: addReadModel(data, stored) }
  const handled = addHandledEvents(data, stored)
  const reactions = addReactionsData(data, 'BookingWebhook', [bookingWebhook], { stage, bus })
  const reminders = addRemindBookingsData(data)
  const payment = addPaymentData(data, bus, stage)
  new CfnOutput(data, 'EventStoreTable', { value: writeSide.eventStore.tableName })
  new CfnOutput(data, 'ReservationTable', { value: writeSide.reservations.tableName })

  const service = new Stack(app, 'Service')
  addMonitoringData({ data, service, stage })
  const none = { arn: '', environment: {} }
  const reacting = {
    bundles,
    stage,
    bus,
    eventStore: writeSide.eventStore,
    handled,
    resources: { 'event-store': none, 'user-pool': none },
  }
  addReactions(service, reactions, reacting, { name: 'booking-webhook', concurrency: 2 })
  addRemindBookings(service, { bundles, stage, writeSide, readSide, data: reminders })
  addPayment(service, { bundles, stage, bus, writeSide, data: payment })
  const api = new CfnApi(service, 'Api', { name: 'Api', protocolType: 'HTTP' })
  new CfnStage(service, 'Stage', { apiId: api.ref, stageName: '$default' })
  app.synth()
  return outdir
}

const client = () => ({ endpoint: cloud.awsUrl, region: 'eu-west-1', credentials })
const data = {
  bookingId: '1',
  ownerId: 'ann',
  name: 'Sprint',
  roomId: 'blue',
  startsAt: 'from',
  endsAt: 'to',
}

/** Sends the public event of a new booking to the bus. */
async function publish(bookingId: string): Promise<void> {
  const detail = {
    id: `booking-${bookingId}/1`,
    type: 'BookingCreated',
    schema: 1,
    at: '2026-01-01T00:00:00.000Z',
    correlationId: 'c',
    data: { ...data, bookingId },
  }
  const entry = { EventBusName: 'events', Source: 'annals', DetailType: detail.type }
  const Entries = [{ ...entry, Detail: JSON.stringify(detail) }]
  const { FailedEntryCount } = await new EventBridgeClient(client()).send(new PutEventsCommand({ Entries }))
  expect(FailedEntryCount).toBe(0)
}

/** Writes the secrets as a developer does. */
function setSecrets(): void {
  const secrets = {
    BookingWebhookSecret: { url: webhook.url, key: 'k3y' },
    PaymentSecret: { url: payments.url, key: 'p4y' },
  }
  writeFileSync(join(folder, 'data', 'secrets.json'), JSON.stringify(secrets))
}

/** Books a room in the event store of the local cloud. */
async function book(bookingId: string, roomId = 'blue') {
  const outputs = (await readAnnouncement(join(folder, 'data')))?.outputs ?? {}
  const dynamo = createDynamoClient(client())
  const { EventStoreTable = '', ReservationTable = '' } = outputs
  const store = createEventStore(
    createDynamoCommitTable(dynamo, EventStoreTable, ReservationTable),
    systemClock,
  )
  const startsAt = '2126-01-10T09:00:00.000Z'
  const endsAt = '2126-01-10T10:00:00.000Z'
  const create = () =>
    execute(
      booking,
      {
        stream: `booking-${bookingId}`,
        command: {
          type: 'create-booking',
          actorId: 'ann',
          name: 'Sprint',
          roomId,
          startsAt,
          endsAt,
          now: Date.now(),
        },
        commandId: bookingId,
        digest: '',
        correlationId: 'c',
        causationId: 'c',
      },
      { store, clock: systemClock, deadline: ample },
    )
  await create()
  return { stateOf: async () => (await stateNow(booking, bookingId, store, ample)).state }
}

describe('on the local cloud', () => {
  it('a secret without a value is named at the start, with the way to set it', () => {
    const file = join(folder, 'data', 'secrets.json')
    for (const name of ['BookingWebhookSecret', 'PaymentSecret'])
      expect(lines).toContain(`${name} has no value. Write {"${name}": "…"} to ${file}`)
  })

  it('the webhook is called with the secret that a developer wrote to the file', async () => {
    await book('1')
    await publish('1')
    await vi.waitFor(() => expect(webhook.calls.length).toBeGreaterThan(1), soon)
    // The second try is the same call.
    for (const { headers, body } of webhook.calls.slice(0, 2)) {
      expect(headers).toMatchObject({ authorization: 'Bearer k3y', 'idempotency-key': 'booking-1/1' })
      expect(body).toMatchObject({ type: 'BookingCreated', data: { bookingId: '1', ownerId: 'ann' } })
    }
    expect(lines.join('\n')).not.toMatch(/k3y|p4y/)
  })

  it('the saga confirms a booking that is paid, and frees the room of one that is declined', async () => {
    const paid = await book('2', 'green')
    await publish('2')
    await vi.waitFor(async () => expect(await paid.stateOf()).toMatchObject({ confirmed: true }), soon)
    const declined = await book('3', 'red')
    await publish('3')
    await vi.waitFor(async () => expect(await declined.stateOf()).toMatchObject({ status: 'archived' }), soon)
    const keysOf = (booking: string) =>
      payments.calls
        .map(({ headers }) => headers['idempotency-key'])
        .filter((key) => `${key}`.startsWith(booking))
    await vi.waitFor(() => expect(keysOf('3')).toEqual(['3/charge', '3/refund']), soon)
    expect(keysOf('2')).toEqual(['2/charge'])
    // The room is free again.
    await expect(book('4', 'red')).resolves.toBeDefined()
  })

  it('the sweep of reminders reads the due reminders', async () => {
    const { status } = await fetch(`${cloud.awsUrl}/_local/schedules/RemindBookingsSchedule`, {
      method: 'POST',
    })
    expect(status).toBe(202)
    await vi.waitFor(() => expect(lines.join('\n')).toMatch(/bookings reminded.*"due":0,"failed":0/), soon)
  })
})
