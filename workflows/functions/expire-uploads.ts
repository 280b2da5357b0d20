import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoClient } from '../../commands/aws/dynamo-client.ts'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createDynamoOpenUploads } from '../../projections/upload/dynamo-open-uploads.ts'
import { versions } from '../../projections/versions.ts'
import { expiryHandler } from '../upload/expiry.ts'
import { createS3Files } from '../upload/s3-file-store.ts'

const client = createDynamoClient()

export const handler = expiryHandler({
  store: createEventStore(createDynamoCommitTable(client, environment('EVENT_STORE_TABLE')), clock),
  openUploads: createDynamoOpenUploads(versions, client, environment('READ_MODEL_TABLE'), clock),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
})
