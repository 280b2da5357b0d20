import { createDynamoParkedIndex } from '../../../projections/engine/dynamo-parked-index.ts'
import { createDynamoRowStore } from '../../../projections/engine/dynamo-row-store.ts'
import { rowStoreContract } from '../../contract/row-store.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { embeddedDynamoDb } from '../../kit/stores/embedded-dynamodb.ts'

const { client, readModel } = await embeddedDynamoDb()
const rows = await readModel()

rowStoreContract('DynamoDB', () => ({
  ...createDynamoRowStore(client, rows, manualClock()),
  ...createDynamoParkedIndex(client, rows),
}))
