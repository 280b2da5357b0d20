import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { startDynamoDb } from '../../../infra/local/index.ts'

const region = 'eu-west-1'
const endpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB']

/**
 * A DynamoDB for a file of tests, with a client and the settings for another client. It is the embedded one,
 * or the one that `AWS_ENDPOINT_URL_DYNAMODB` names. Each call of `table` creates a table with these key
 * types; `readModel` creates one like the read model's.
 */
export async function embeddedDynamoDb() {
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-adapter-'))
  const db = await startDynamoDb({
    dataDir,
    region,
    allowRemote: false,
    log: () => {},
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  const config = {
    endpoint: db.endpoint,
    region,
    credentials: db.credentials,
  }
  const client = createDynamoClient(config)
  afterAll(async () => {
    client.destroy()
    await db.close()
    rmSync(dataDir, { recursive: true, maxRetries: 5 })
  })

  const table = async (name: string, keys: Keys, index?: Keys): Promise<string> => {
    const made = await db.createTable(name, {
      TableName: `${name}-${process.pid}-${Date.now()}`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Object.entries({ ...keys, ...index }).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: keySchema(keys),
      ...(index && {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'GSI1',
            KeySchema: keySchema(index),
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
    })
    return made.name
  }
  const readModel = () => table('rows', { PK: 'S', SK: 'S' }, { GSI1PK: 'S', GSI1SK: 'S' })
  return { client, config, table, readModel }
}

type Keys = Readonly<Record<string, 'S' | 'N'>>

function keySchema(keys: Keys): { AttributeName: string; KeyType: string }[] {
  return Object.keys(keys).map((AttributeName, index) => ({
    AttributeName,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }))
}
