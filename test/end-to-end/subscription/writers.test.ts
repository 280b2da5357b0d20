import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import { encodePosition } from '../../../commands/http/position.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { type SubscriptionEvent, subscriptionEvents } from '../../../domain/subscription/events.ts'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { giveUpSoon, inVain, logged, runsOf } from '../../kit/local-cloud/redelivery.ts'
import { type Person, signUp } from '../../kit/people/person.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { eventStoreTable } from '../../kit/stores/event-store-table.ts'

let running: RunningCloud

afterEach(() => running.close())

const period = '2026-01'
/** The first adds a row, and the second removes that row, adds another and adds one to a list. */
const history: readonly SubscriptionEvent[] = [
  { type: 'PlanChanged', data: { plan: 'pro', month: period } },
  { type: 'InvoiceIssued', data: { period, plan: 'pro', amount: 900, currency: 'USD' } },
]

const streamOf = ({ userId }: Person): StreamName => `subscription-${userId}`

/** Appends an event to a person's subscription. */
async function append(person: Person, event: SubscriptionEvent, version: number): Promise<void> {
  const { client, TableName } = eventStoreTable({
    assembly: inject('assembly'),
    endpoint: running.cloud.awsUrl,
    region: running.config.region,
  })
  const commit = newCommit({ events: [subscriptionEvents.encode(event)], actorId: person.userId })
  const Item = marshall(toItem({ ...commit, stream: streamOf(person), version }))
  await client.send(new PutItemCommand({ TableName, Item }))
}

const projected = (by: string, stream: StreamName, version: number) =>
  logged(running, new RegExp(`^${by}[0-9A-F]{8} .*"projected".*"stream":"${stream}","version":${version}`))

/** Each writes guards, counters and rows, and removes rows. */
describe('the read model is written by', () => {
  it('the projector', async () => {
    running = await runLocalCloud()
    const ann = await signUp(running.config)
    await projected('Projector', `user-${ann.userId}`, 1)
    for (const [index, event] of history.entries()) {
      await append(ann, event, index + 1)
      await projected('Projector', streamOf(ann), index + 1)
    }
    expect((await ann.query('/me/invoices')).body).toMatchObject({ items: [{ period }] })
  })

  it('the redrive, if the projector fails', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await inVain(running, 'Projector', () => signUp(running.config))
    await projected('ProjectorRedrive', `user-${ann.userId}`, 1)
    for (const [index, event] of history.entries()) {
      await inVain(running, 'Projector', () => append(ann, event, index + 1))
      await projected('ProjectorRedrive', streamOf(ann), index + 1)
    }
    expect((await ann.query('/me/invoices')).body).toMatchObject({ items: [{ period }] })
  })

  it('the query API, if the projector has not come that far', async () => {
    running = await runLocalCloud()
    running.cloud.faults.shake({ chances: { kill: 1 }, seed: 'down', delayMs: 0, at: runsOf('Projector') })
    const ann = await signUp(running.config)
    const readAfter = (stream: StreamName, version: number) => ({
      'read-after': encodePosition({ stream, version }),
    })
    const me = await ann.query('/me', readAfter(`user-${ann.userId}`, 1))
    expect(me).toMatchObject({ status: 200, body: { email: ann.email } })
    for (const [index, event] of history.entries()) {
      await append(ann, event, index + 1)
      const { body } = await ann.query('/me/subscription', readAfter(streamOf(ann), index + 1))
      expect(body).toMatchObject({ version: index + 1, plan: 'pro' })
    }
    expect((await ann.query('/me/invoices')).body).toMatchObject({ items: [{ period }] })
    running.cloud.faults.calm()
  })
})
