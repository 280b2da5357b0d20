import { Logger } from '@aws-lambda-powertools/logger'
import { createLoggingDynamoClient } from '../../commands/aws/dynamo-throttling.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { eventCatalogue } from '../event-catalogue.ts'
import { createDynamoParkedStreams } from '../publishing/dynamo-parked-streams.ts'
import { createEventBridgeBus } from '../publishing/eventbridge-event-bus.ts'
import { forwardHandler } from '../publishing/forward-handler.ts'

const client = createLoggingDynamoClient()

export const handler = forwardHandler({
  store: eventStoreFromEnvironment(client),
  parked: createDynamoParkedStreams(client, environment('READ_MODEL_TABLE'), clock),
  bus: createEventBridgeBus(environment('EVENT_BUS_NAME')),
  catalogue: eventCatalogue,
  clock,
  logger: new Logger(),
})
