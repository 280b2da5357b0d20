import * as z from 'zod/mini'
import { fileName, pictureType, uploadSize } from '../../domain/upload/events.ts'
import type { AggregateContract } from './contract.ts'
import { idOf, timestamp } from './contract-fields.ts'

const form = z.strictObject({
  method: z.literal('POST'),
  url: z.string(),
  fields: z
    .record(z.string(), z.string())
    .check(z.describe('Send them as multipart/form-data, and then the file as the field `file`')),
  expiresAt: timestamp,
})

export const uploadContract = {
  commands: {
    'request-upload': {
      summary: 'Ask for a form by which to send a picture into a project',
      creates: true,
      body: z.strictObject({
        projectId: idOf('Id of the project, as `create-project` returned it'),
        fileName,
        contentType: pictureType,
        size: uploadSize,
      }),
      answers: z.object({
        upload: z
          .optional(form)
          .check(z.describe('Absent from the answer to a repeat where no file is waited for any more')),
      }),
      function: 'upload-api',
    },
    'cancel-upload': {
      summary: 'Give an upload up before it is completed',
      creates: false,
      body: z.strictObject({ uploadId: idOf('Id of the upload, as `request-upload` returned it') }),
    },
  },
  queries: {},
} as const satisfies AggregateContract
