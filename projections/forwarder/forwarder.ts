import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../../commands/event-store/environment.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { systemClock as clock } from '../../commands/event-store/system-clock.ts'
import { createDynamoParkedStreams } from './dynamo-parked-streams.ts'
import { createEventBridgeBus } from './eventbridge-event-bus.ts'
import { forwardHandler } from './forward-handler.ts'

const client = createDynamoClient()

export const handler = forwardHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  parked: createDynamoParkedStreams(client, environment('READ_MODEL_TABLE'), clock),
  bus: createEventBridgeBus(environment('EVENT_BUS_NAME')),
  clock,
  logger: new Logger(),
})
