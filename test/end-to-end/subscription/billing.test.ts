import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import { encodePosition } from '../../../commands/http/position.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { monthAt, monthBefore, nextMonth, startOf } from '../../../domain/subscription/months.ts'
import { physicalName, readTemplate } from '../../../infra/local/index.ts'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { type Answer, mailsTo, type Person, signUp } from '../../kit/people/person.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { eventStoreTable } from '../../kit/stores/event-store-table.ts'

let running: RunningCloud
const soon = { timeout: 10_000, interval: 20 }

beforeAll(async () => {
  running = await runLocalCloud({ retryDelaysMs: [10] })
})
afterAll(() => running.close())

const newPerson = () => signUp(running.config)
const readAfter = ({ body }: Answer) => ({ 'read-after': String(body['position']) })
const streamOf = ({ userId }: Person): StreamName => `subscription-${userId}`

const eventStore = () =>
  eventStoreTable({
    assembly: inject('assembly'),
    endpoint: running.cloud.awsUrl,
    region: running.config.region,
  })

/** Makes a person choose a plan in a past month. */
async function choseIn(month: string, person: Person): Promise<void> {
  const { client, TableName } = eventStore()
  const chosen = { type: 'PlanChanged', schema: 1, data: { plan: 'pro', month } }
  const commit = newCommit({ events: [chosen], actorId: person.userId, at: startOf(month) })
  const Item = marshall(toItem({ ...commit, stream: streamOf(person), version: 1 }))
  await client.send(new PutItemCommand({ TableName, Item }))
  // This query catches up the read model.
  const position = encodePosition({ stream: streamOf(person), version: 1 })
  const { body } = await person.query('/me/subscription', { 'read-after': position })
  expect(body).toMatchObject({ version: 1, plan: 'pro' })
}

/** The types of the stored events of a person's subscription. */
async function eventsOf(person: Person): Promise<string[]> {
  const { client, TableName } = eventStore()
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: streamOf(person) } },
    }),
  )
  return Items.flatMap((item) => JSON.parse(unmarshall(item)['events']).map(Object)).map(({ type }) => type)
}

/** Runs the invoicing, as the schedule does. */
async function issueInvoices(): Promise<string | undefined> {
  const { ofType } = readTemplate(inject('assembly'))
  const found = ofType('AWS::Lambda::Function').find(({ logicalId }) => /^IssueInvoices/.test(logicalId))
  const lambda = new LambdaClient({
    region: running.config.region,
    endpoint: running.cloud.awsUrl,
    credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
  })
  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: physicalName(found?.logicalId ?? '') }),
  )
  return FunctionError
}

describe('a plan', () => {
  it('is free until another is chosen, which allows more, renews with the month, and is cancelled', async () => {
    const ann = await newPerson()
    expect(await ann.query('/me/subscription')).toMatchObject({
      status: 200,
      body: { id: ann.userId, version: 0, plan: 'free' },
    })
    const usage = await ann.query('/me/usage')
    expect(usage).toMatchObject({ status: 200, body: { bytesUsed: 0, bytesReserved: 0 } })

    const chosen = await ann.command('change-plan', { plan: 'pro' })
    expect(chosen).toMatchObject({ status: 200, body: { stream: streamOf(ann), version: 1 } })
    expect((await ann.query('/me/subscription', readAfter(chosen))).body).toMatchObject({
      version: 1,
      plan: 'pro',
      renewsAt: startOf(nextMonth(monthAt(Date.now()))),
    })
    const more = await ann.query('/me/usage', {
      ...readAfter(chosen),
      'if-none-match': String(usage.headers.get('etag')),
    })
    expect(more.status).toBe(200)
    expect(Number(more.body['bytesAllowed'])).toBeGreaterThan(Number(usage.body['bytesAllowed']))

    const cancelled = await ann.command('cancel-subscription', {})
    expect((await ann.query('/me/subscription', readAfter(cancelled))).body).toMatchObject({
      version: 2,
      plan: 'free',
    })
    const again = await ann.command('cancel-subscription', {})
    expect(again).toMatchObject({ status: 200, body: { version: 2, events: [] } })
    expect(await ann.query('/me/invoices', readAfter(again))).toMatchObject({
      status: 200,
      body: { items: [] },
    })
  })

  it('ends with the account', async () => {
    const ann = await newPerson()
    await ann.command('change-plan', { plan: 'business' })
    await ann.command('delete-account', {})
    await vi.waitFor(
      async () => expect(await eventsOf(ann)).toEqual(['PlanChanged', 'SubscriptionCancelled']),
      soon,
    )
  })
})

describe('a past month', () => {
  it('is invoiced once, by mail and in the list', async () => {
    const ann = await newPerson()
    const month = monthBefore(monthAt(Date.now()))
    await choseIn(month, ann)
    for (let run = 0; run < 2; run++) expect(await issueInvoices()).toBeUndefined()
    expect(await eventsOf(ann)).toEqual(['PlanChanged', 'InvoiceIssued'])

    const position = encodePosition({ stream: streamOf(ann), version: 2 })
    expect((await ann.query('/me/invoices', { 'read-after': position })).body).toMatchObject({
      items: [{ period: month, amount: 900, currency: 'USD' }],
    })
    await vi.waitFor(async () => {
      const invoices = (await mailsTo(running.config, ann.email)).filter(({ subject }) =>
        subject.startsWith('Your invoice for'),
      )
      expect(invoices).toMatchObject([{ text: expect.stringContaining('USD 9.00') }])
    }, soon)
  })
})
