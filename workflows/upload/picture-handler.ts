import type { Logger } from '@aws-lambda-powertools/logger'
import * as z from 'zod/mini'
import { asError } from '../../commands/aws/errors.ts'
import { incomingKey, thumbnailKey } from '../../domain/upload/object-keys.ts'
import type { Files } from './file-store.ts'
import type { PictureFacts, Pictures } from './picture.ts'

export interface PicturePorts {
  readonly files: Pick<Files, 'read' | 'write'>
  readonly pictures: Pictures
  readonly logger: Pick<Logger, 'info' | 'error'>
}

const named = z.string().check(z.minLength(1))
const pictureInput = z.object({
  step: z.enum(['read-metadata', 'make-thumbnail']),
  uploadId: named,
  run: named,
  etag: named,
})

/**
 * Makes the Lambda handler that opens untrusted files. Its function may read incoming files and write thumbnails, and
 * nothing else. An attacker who breaks into it can reach no events and no accepted files.
 */
export function pictureHandler({ files, pictures, logger }: PicturePorts) {
  return async (event: unknown): Promise<PictureFacts | Record<string, never>> => {
    const { step, uploadId, run, etag } = pictureInput.parse(event)
    const line = { step, uploadId, run }
    try {
      const content = await files.read(incomingKey(uploadId), etag)
      if (step === 'read-metadata') {
        const facts = await pictures.factsOf(content)
        logger.info('step done', { ...line, ...facts })
        return facts
      }
      await files.write(thumbnailKey(uploadId), await pictures.thumbnailOf(content), 'image/webp')
      logger.info('step done', line)
      return {}
    } catch (error) {
      logger.error('step failed', {
        ...line,
        error: asError(error),
      })
      throw error
    }
  }
}
