import { createDynamoParkedIndex } from '../../../projections/engine/dynamo-parked-index.ts'
import { createDynamoParkedStreams } from '../../../projections/publishing/dynamo-parked-streams.ts'
import { parkedStreamsContract } from '../../contract/parked-streams.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { embeddedDynamoDb } from '../../kit/stores/embedded-dynamodb.ts'

const { client, readModel } = await embeddedDynamoDb()
const rows = await readModel()

parkedStreamsContract('DynamoDB', () => ({
  ...createDynamoParkedStreams(client, rows, manualClock()),
  ...createDynamoParkedIndex(client, rows),
}))
