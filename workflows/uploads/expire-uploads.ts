import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/event-store/dynamo-client.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { environment } from '../../commands/event-store/environment.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { systemClock as clock } from '../../commands/event-store/system-clock.ts'
import { createDynamoOpenUploads } from '../../projections/uploads/dynamo-open-uploads.ts'
import { expiryHandler } from './expiry.ts'
import { createS3Files } from './s3-files.ts'

const client = createDynamoClient()

export const handler = expiryHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  openUploads: createDynamoOpenUploads(client, environment('READ_MODEL_TABLE'), clock),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
})
