import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../../commands/event-store/environment.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { systemClock as clock } from '../../commands/event-store/system-clock.ts'
import { createDynamoSubscribers } from '../../projections/subscriptions/dynamo-subscribers.ts'
import { invoicingHandler } from './invoicing.ts'

const client = createDynamoClient()

export const handler = invoicingHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  subscribers: createDynamoSubscribers(client, environment('READ_MODEL_TABLE'), clock),
  clock,
  logger: new Logger(),
})
