import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { pictureHandler } from '../upload/picture-handler.ts'
import { createS3Files } from '../upload/s3-file-store.ts'
import { sharpPictures } from '../upload/sharp-pictures.ts'

export const handler = pictureHandler({
  files: createS3Files(environment('FILES_BUCKET')),
  pictures: sharpPictures,
  logger: new Logger(),
})
