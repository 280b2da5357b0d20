import { createDynamoRowStore } from '../../projections/engine/dynamo-row-store.ts'
import { rowStoreContract } from '../contract/row-store.ts'
import { embeddedDynamoDb } from '../kit/embedded-dynamodb.ts'
import { manualClock } from '../kit/manual-clock.ts'

const { client, table } = await embeddedDynamoDb()
const rows = await table('rows', { PK: 'S', SK: 'S' })

rowStoreContract('DynamoDB', () => createDynamoRowStore(client, rows, manualClock()))
