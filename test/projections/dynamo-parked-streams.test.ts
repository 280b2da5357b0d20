import { createDynamoParkedIndex } from '../../projections/engine/dynamo-parked-index.ts'
import { createDynamoParkedStreams } from '../../projections/forwarder/dynamo-parked-streams.ts'
import { parkedStreamsContract } from '../contract/parked-streams.ts'
import { embeddedDynamoDb } from '../kit/embedded-dynamodb.ts'
import { manualClock } from '../kit/manual-clock.ts'

const { client, readModel } = await embeddedDynamoDb()
const rows = await readModel()

parkedStreamsContract('DynamoDB', () => ({
  ...createDynamoParkedStreams(client, rows, manualClock()),
  ...createDynamoParkedIndex(client, rows),
}))
