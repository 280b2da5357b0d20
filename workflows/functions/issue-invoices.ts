import { Logger } from '@aws-lambda-powertools/logger'
import { createLoggingDynamoClient } from '../../commands/aws/dynamo-throttling.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { readModelFromEnvironment } from '../../projections/aws/read-model.ts'
import { createSubscribers } from '../../projections/subscription/subscribers.ts'
import { versions } from '../../projections/versions.ts'
import { invoicingHandler } from '../subscription/invoicing.ts'

const client = createLoggingDynamoClient()
const { rows, lists } = readModelFromEnvironment(client)

export const handler = invoicingHandler({
  store: eventStoreFromEnvironment(client),
  subscribers: createSubscribers(versions, rows, lists, clock),
  clock,
  logger: new Logger(),
})
