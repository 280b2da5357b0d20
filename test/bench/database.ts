import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { startDynamoDb } from '../../infra/local/index.ts'

/** The one DynamoDB that all contestants write to, and the one way to create a client for it. */
export interface Database {
  readonly client: DynamoDBClientConfig
  table(name: string, definition: TableDefinition): Promise<string>
  close(): Promise<void>
}

export type Keys = Readonly<Record<string, 'S' | 'N'>>

export interface TableDefinition {
  /** The partition key, then the sort key. */
  readonly keys: Keys
  readonly index?: { readonly name: string; readonly keys: Keys; readonly projection: 'ALL' | 'KEYS_ONLY' }
  /** Whether the table has a stream, as a table of events does in a deployment, for projections to read. */
  readonly stream: boolean
}

/** Starts the embedded DynamoDB on a temporary folder. */
export async function startDatabase(): Promise<Database> {
  const region = 'eu-west-1'
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-bench-'))
  const db = await startDynamoDb({ dataDir, region, allowRemote: false, log: console.error })
  return {
    client: {
      endpoint: db.endpoint,
      region,
      credentials: db.credentials,
      // The settings of `createDynamoClient`.
      requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
    },
    async table(name, { keys, index, stream }) {
      const made = await db.createTable(name, {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: Object.entries({ ...keys, ...index?.keys }).map(
          ([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }),
        ),
        KeySchema: schemaOf(keys),
        ...(index && {
          GlobalSecondaryIndexes: [
            {
              IndexName: index.name,
              KeySchema: schemaOf(index.keys),
              Projection: { ProjectionType: index.projection },
            },
          ],
        }),
        ...(stream && { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
      })
      return made.name
    },
    async close() {
      await db.close()
      rmSync(dataDir, { recursive: true, maxRetries: 5 })
    },
  }
}

function schemaOf(keys: Keys): { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[] {
  return Object.keys(keys).map((AttributeName, place) => ({
    AttributeName,
    KeyType: place === 0 ? 'HASH' : 'RANGE',
  }))
}
