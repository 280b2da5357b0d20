import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createFaults } from '../../../../infra/local/faults/faults.ts'
import { withRequestFaults } from '../../../../infra/local/faults/request-faults.ts'
import { startDynamoDb } from '../../../../infra/local/services/dynamodb/service.ts'
import { openMailbox } from '../../../../infra/local/services/ses/mailbox.ts'
import { openMailService } from '../../../../infra/local/services/ses/service.ts'
import {
  closeAfter,
  dataDir,
  log,
  region,
  serve,
  withDataDir,
} from '../../../kit/local-cloud/local-service.ts'

const TableName = 'Events'
const Item = { pk: { S: 'project-1' } }
let faults = createFaults()
let client: DynamoDBClient

withDataDir()
beforeEach(async () => {
  faults = createFaults()
  const db = await startDynamoDb({ dataDir, allowRemote: false, region, log })
  closeAfter(db.close)
  await db.createTable('Events', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  })
  client = new DynamoDBClient(await serve(withRequestFaults(db.service, faults)))
})

const put = (options = {}) => client.send(new PutItemCommand({ TableName, Item }), options)
const transact = () =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName, Item } }, { Put: { TableName, Item: { pk: { S: 'project-2' } } } }],
    }),
  )
const stored = async () => (await client.send(new GetItemCommand({ TableName, Key: Item }))).Item

describe.each([
  ['conflict', 'TransactionConflictException', 'TransactionConflict'],
  ['throttle', 'ThrottlingException', 'ThrottlingError'],
] as const)('a %s', (fault, name, code) => {
  it('cancels a transaction, with its reasons, and writes nothing', async () => {
    faults.next(fault)
    await expect(transact()).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining(`[${code}, None]`),
      CancellationReasons: [{ Code: code }, { Code: 'None' }],
    })
    expect(await stored()).toBeUndefined()
  })

  it('refuses a put, and writes nothing', async () => {
    faults.next(fault)
    await expect(put()).rejects.toMatchObject({ name })
    expect(await stored()).toBeUndefined()
    await put()
    expect(await stored()).toEqual(Item)
  })
})

describe('a failure', () => {
  const failed = { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }

  it.each([
    ['put', put],
    ['transaction', transact],
  ])('without effect is a 500 to a %s that was not executed', async (_, write) => {
    faults.next('fail')
    await expect(write()).rejects.toMatchObject(failed)
    expect(await stored()).toBeUndefined()
  })

  it.each([
    ['put', put],
    ['transaction', transact],
  ])('with effect is a 500 to a %s that was executed', async (_, write) => {
    faults.next('fail-after')
    await expect(write()).rejects.toMatchObject(failed)
    expect(await stored()).toEqual(Item)
  })
})

describe('a lost answer', () => {
  it('breaks the connection of a write that was executed', async () => {
    faults.next('lose-answer')
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await stored()).toEqual(Item)
  })
})

describe('a delay', () => {
  it('lets a write happen after its caller has stopped waiting', async () => {
    faults.next('delay', { delayMs: 200 })
    await expect(put({ abortSignal: AbortSignal.timeout(50) })).rejects.toThrow()
    expect(await stored()).toBeUndefined()
    await vi.waitFor(async () => expect(await stored()).toEqual(Item), { timeout: 5000 })
  })
})

describe('a fault', () => {
  it('finds its place by operation and caller', async () => {
    faults.next('fail', { at: /^GetItem anyone$/ })
    await put()
    await expect(stored()).rejects.toThrow()
    expect(await stored()).toEqual(Item)
  })

  it("throttles a REST service with that service's own error", async () => {
    const identities = ['example.com']
    const mail = openMailService({ region, identities, mailbox: openMailbox(dataDir) })
    const ses = new SESv2Client(await serve(withRequestFaults(mail.service, faults)))
    faults.next('throttle')
    const Content = { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Hello' } } } }
    await expect(
      ses.send(
        new SendEmailCommand({
          FromEmailAddress: 'a@example.com',
          Destination: { ToAddresses: ['b@example.com'] },
          Content,
        }),
      ),
    ).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } })
  })
})
