import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, it } from 'vitest'
import { aggregates } from '../../domain/aggregates.ts'
import { fieldsOf, readAnnouncement } from '../../infra/local/index.ts'
import { reactions } from '../../workflows/reactions.ts'
import { type Change, type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { logged } from '../kit/local-cloud/redelivery.ts'

let running: RunningCloud

afterEach(() => running.close())

const pascal = (name: string) =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
const camel = (name: string) => pascal(name).replace(/^./, (letter) => letter.toLowerCase())

/** Data that every reaction can read. No stream has such an id. */
const data = {
  ...Object.fromEntries(aggregates.map(({ name }) => [`${camel(name)}Id`, 'nothing'])),
  ownerId: 'nobody',
  title: 'Atlas',
  reason: 'It is no picture.',
  period: '2026-01',
  plan: 'pro',
  amount: 900,
  currency: 'USD',
}

const listed = reactions.map(({ name, eventTypes, schema, sendsMail }) => ({
  name,
  type: eventTypes[0] ?? '',
  schema,
  function: sendsMail ? 'SendMail' : pascal(name),
}))
const functions = [...new Set(listed.map((one) => one.function))]

/** Publishes an event for every reaction, as the forwarder does. */
async function publish(correlationId: string): Promise<void> {
  const bus = new EventBridgeClient({
    region: running.config.region,
    endpoint: running.cloud.awsUrl,
    credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
  })
  const { outputs } = (await readAnnouncement(running.dataDir)) ?? {}
  const at = new Date().toISOString()
  const types = new Map(listed.map(({ type, schema }) => [type, schema]))
  const Entries = [...types].map(([type, schema]) => ({
    EventBusName: outputs?.['EventBusName'],
    Source: 'annals',
    DetailType: type,
    Detail: JSON.stringify({ id: `${type}/${correlationId}`, type, schema, at, correlationId, data }),
  }))
  expect(await bus.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 })
}

/** The functions of reactions have no time for an event. */
const withoutTime: Change = ({ Resources }) => {
  for (const { Type, Properties } of Object.values(Resources)) {
    const { Variables } = fieldsOf(Properties['Environment'])
    if (Type === 'AWS::Lambda::Function' && 'MAX_RECEIVES' in fieldsOf(Variables)) Properties['Timeout'] = 11
  }
}

describe('every reaction', () => {
  it('that fails forgets the event, and handles the next one', async () => {
    running = await runLocalCloud()
    const { faults } = running.cloud
    const at = new RegExp(`^Query (${functions.join('|')})[0-9A-F]{8}$`)
    faults.shake({ chances: { fail: 1 }, seed: 'reactions', at })
    await publish('failing')
    for (const { name, function: by } of listed)
      await logged(running, new RegExp(`^${by}[0-9A-F]{8} .*"reaction failed".*"reaction":"${name}"`))
    faults.calm()
    await publish('again')
    for (const { name, function: by } of listed)
      await logged(running, new RegExp(`^${by}[0-9A-F]{8} .*"reacted".*"reaction":"${name}".*"again"`))
  })

  it('leaves an event to another invocation if its time is too short', async () => {
    running = await runLocalCloud({}, withoutTime)
    await publish('early')
    for (const by of functions)
      await logged(running, new RegExp(`^${by}[0-9A-F]{8} .*"event is postponed".*"delaySeconds":0`))
  })
})
