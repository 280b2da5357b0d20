import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createS3Files } from '../upload/s3-file-store.ts'
import { stepHandler } from '../upload/step-handler.ts'

const commits = createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE'))

export const handler = stepHandler({
  store: createEventStore(commits, clock),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
})
