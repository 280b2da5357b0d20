import { Logger } from '@aws-lambda-powertools/logger'
import { createLoggingDynamoClient } from '../../commands/aws/dynamo-throttling.ts'
import { environment } from '../../commands/aws/environment.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { readModelFromEnvironment } from '../../projections/aws/read-model.ts'
import { createOpenUploads } from '../../projections/upload/open-uploads.ts'
import { versions } from '../../projections/versions.ts'
import { expiryHandler } from '../upload/expiry.ts'
import { createS3Files } from '../upload/s3-file-store.ts'

const client = createLoggingDynamoClient()
const { rows, lists } = readModelFromEnvironment(client)

export const handler = expiryHandler({
  store: eventStoreFromEnvironment(client),
  openUploads: createOpenUploads(versions, rows, lists, clock),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
  measure: createMeasure(),
})
