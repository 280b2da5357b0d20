import { createDynamoParkedStreams } from '../../projections/forwarder/dynamo-parked-streams.ts'
import { parkedStreamsContract } from '../contract/parked-streams.ts'
import { embeddedDynamoDb } from '../kit/embedded-dynamodb.ts'
import { manualClock } from '../kit/manual-clock.ts'

const { client, table } = await embeddedDynamoDb()
const rows = await table('rows', { PK: 'S', SK: 'S' })

parkedStreamsContract('DynamoDB', () => createDynamoParkedStreams(client, rows, manualClock()))
