import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../commands/event-store/environment.ts'
import { createEventStore } from '../commands/event-store/event-store.ts'
import { systemClock as clock } from '../commands/event-store/system-clock.ts'
import { createDynamoGenerationLists } from './engine/dynamo-generation-lists.ts'
import { createDynamoRowStore } from './engine/dynamo-row-store.ts'
import { listedGenerations } from './listed-generations.ts'
import { streamHandler } from './stream-handler.ts'

const client = createDynamoClient()
const readModel = environment('READ_MODEL_TABLE')
const lists = createDynamoGenerationLists(client, readModel, clock)

export const handler = streamHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  rows: createDynamoRowStore(client, readModel, clock),
  clock,
  generations: () => listedGenerations(lists),
  logger: new Logger(),
})
