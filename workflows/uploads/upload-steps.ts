import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../../commands/event-store/environment.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { systemClock as clock } from '../../commands/event-store/system-clock.ts'
import { createS3Files } from './s3-files.ts'
import { stepHandler } from './step-handler.ts'

const commits = createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE'))

export const handler = stepHandler({
  store: createEventStore(commits, clock),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
})
