import { Logger } from '@aws-lambda-powertools/logger'
import { createLoggingDynamoClient } from '../../commands/aws/dynamo-throttling.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { readModelFromEnvironment } from '../aws/read-model.ts'
import { streamHandler } from '../delivery/stream-handler.ts'
import { listedGenerations } from '../generations/listed-generations.ts'
import { versions } from '../versions.ts'

const client = createLoggingDynamoClient()
const { rows, lists } = readModelFromEnvironment(client)

export const handler = streamHandler({
  store: eventStoreFromEnvironment(client),
  rows,
  clock,
  generations: () => listedGenerations(versions, lists, clock),
  logger: new Logger(),
  measure: createMeasure(),
})
