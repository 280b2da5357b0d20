import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import { type DynamoDb, startDynamoDb } from '../../infra/local/dynamodb.ts'
import { closeAfter, dataDir, log, region, serve, withDataDir } from '../kit/local-service.ts'

const TableName = 'Events'
const Item = { pk: { S: 'project-1' } }
let db: DynamoDb
let client: DynamoDBClient

withDataDir()
beforeEach(async () => {
  db = await startDynamoDb({ dataDir, allowRemote: false, region, log })
  closeAfter(db.close)
  await db.createTable('Events', {
    ...{ TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] },
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  })
  client = new DynamoDBClient(await serve(db.service))
})

const put = () => client.send(new PutItemCommand({ TableName, Item }))
const transact = () =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName, Item } }, { Put: { TableName, Item: { pk: { S: 'project-2' } } } }],
    }),
  )
const stored = async () => (await client.send(new GetItemCommand({ TableName, Key: Item }))).Item

describe('a conflict', () => {
  it('cancels a transaction, with its reasons, and writes nothing', async () => {
    db.faults.set('conflict', 1)
    await expect(transact()).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringMatching(/\[TransactionConflict, None\]$/),
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    })
    expect(await stored()).toBeUndefined()
  })

  it('refuses a put, and writes nothing', async () => {
    db.faults.set('conflict', 1)
    await expect(put()).rejects.toMatchObject({ name: 'TransactionConflictException' })
    expect(await stored()).toBeUndefined()
  })

  it('comes as often as it is asked for', async () => {
    db.faults.set('conflict', 2)
    await expect(transact()).rejects.toThrow()
    await expect(put()).rejects.toThrow()
    await transact()
    expect(await stored()).toEqual(Item)
  })
})

describe('a lost answer', () => {
  it.each([
    ['put', put],
    ['transaction', transact],
  ])('is a 500 to a %s that was made', async (_, write) => {
    db.faults.set('lose-answer', 1)
    await expect(write()).rejects.toMatchObject({
      ...{ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } },
    })
    expect(await stored()).toEqual(Item)
    await write()
  })

  it('leaves reads alone', async () => {
    db.faults.set('lose-answer', 1)
    expect(await stored()).toBeUndefined()
    await expect(put()).rejects.toThrow()
  })
})
