import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { streamHandler } from '../delivery/stream-handler.ts'
import { createDynamoRowStore } from '../engine/dynamo-row-store.ts'
import { createDynamoGenerationLists } from '../generations/dynamo-generation-lists.ts'
import { listedGenerations } from '../generations/listed-generations.ts'
import { versions } from '../versions.ts'

const client = createDynamoClient()
const readModel = environment('READ_MODEL_TABLE')
const lists = createDynamoGenerationLists(client, readModel, clock)

export const handler = streamHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  rows: createDynamoRowStore(client, readModel, clock),
  clock,
  generations: () => listedGenerations(versions, lists),
  logger: new Logger(),
})
