import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldsOf, readAnnouncement } from '../../infra/local/index.ts'
import { reactions } from '../../workflows/reactions.ts'
import { declaredOf } from '../kit/local-cloud/declared-resources.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { queueReader } from '../kit/local-cloud/queue-reader.ts'
import { logged } from '../kit/local-cloud/redelivery.ts'

let running: RunningCloud

/** Data that every reaction can read. No person or upload has such an id. */
const data = {
  userId: 'nobody',
  ownerId: 'nobody',
  uploadId: 'nothing',
  title: 'Atlas',
  reason: 'It is no picture.',
  period: '2026-01',
  plan: 'pro',
  amount: 900,
  currency: 'USD',
}

const listed = reactions.map(({ name, eventTypes, schema }) => ({
  name,
  type: eventTypes[0] ?? '',
  schema,
  id: name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
}))

beforeAll(async () => {
  running = await runLocalCloud({ retryDelaysMs: [10] })
  const { faults } = running.cloud
  const names = listed.map(({ id }) => id).join('|')
  faults.shake({ chances: { fail: 1 }, seed: 'reactions', at: new RegExp(`^Query (${names})[0-9A-F]{8}$`) })
  const bus = new EventBridgeClient({
    region: running.config.region,
    endpoint: running.cloud.awsUrl,
    credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
  })
  const { outputs } = (await readAnnouncement(running.dataDir)) ?? {}
  const types = new Map(listed.map(({ type, schema }) => [type, schema]))
  const Entries = [...types].map(([type, schema]) => ({
    EventBusName: outputs?.['EventBusName'],
    Source: 'annals',
    DetailType: type,
    Detail: JSON.stringify({
      id: `${type}/1`,
      type,
      schema,
      at: new Date().toISOString(),
      correlationId: 'failing',
      data,
    }),
  }))
  expect(await bus.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 })
})
afterAll(() => running.close())

describe('a reaction that fails in every try', () => {
  it.each(listed)('fails and forgets the event, so that a repetition is no repetition: $name', async ({
    id,
    name,
  }) => {
    await logged(running, new RegExp(`^${id}[0-9A-F]{8} .*"reaction failed".*"${name}"`))
  })

  const kept = declaredOf('AWS::Lambda::EventInvokeConfig').flatMap(({ Properties }) => {
    const { Destination } = fieldsOf(fieldsOf(Properties['DestinationConfig'])['OnFailure'])
    const queue = String(Destination).replace(/\.Arn$/, '')
    return listed.some(({ id }) => queue.startsWith(id)) ? [{ queue }] : []
  })
  it.each(kept)('leaves the event in $queue', async ({ queue }) => {
    const queues = queueReader(running)
    await queues.untilHolds(queue, 1)
    const [record = ''] = await queues.take(queue)
    expect(JSON.parse(record)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted' },
      requestPayload: { detail: { correlationId: 'failing' } },
    })
  })
})
