import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createDynamoSubscribers } from '../../projections/subscription/dynamo-subscribers.ts'
import { versions } from '../../projections/versions.ts'
import { invoicingHandler } from '../billing/invoicing.ts'

const client = createDynamoClient()

export const handler = invoicingHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  subscribers: createDynamoSubscribers(versions, client, environment('READ_MODEL_TABLE'), clock),
  clock,
  logger: new Logger(),
})
