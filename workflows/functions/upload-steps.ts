import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { createMeasure } from '../../commands/aws/measure.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { eventStoreFromEnvironment } from '../../commands/composition/store.ts'
import { createS3Files } from '../upload/s3-file-store.ts'
import { stepHandler } from '../upload/step-handler.ts'

export const handler = stepHandler({
  store: eventStoreFromEnvironment(),
  files: createS3Files(environment('FILES_BUCKET')),
  clock,
  logger: new Logger(),
  measure: createMeasure(),
})
