import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/event-store/environment.ts'
import { pictureHandler } from './picture-handler.ts'
import { createS3Files } from './s3-files.ts'
import { sharpPictures } from './sharp-pictures.ts'

export const handler = pictureHandler({
  files: createS3Files(environment('FILES_BUCKET')),
  pictures: sharpPictures,
  logger: new Logger(),
})
