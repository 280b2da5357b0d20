import * as z from 'zod/mini'
import { fileName, pictureType, uploadSize } from '../../domain/upload/events.ts'
import { idLike, idOf, itemFields, textLike, timestamp } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const form = z.strictObject({
  method: z.literal('POST'),
  url: textLike('https://files.example.com'),
  fields: z
    .record(z.string(), z.string())
    .check(
      z.describe('Send them as multipart/form-data, and then the file as the field `file`'),
      z.meta({ examples: [{ key: 'incoming/5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e' }] }),
    ),
  expiresAt: timestamp,
})

const count = z.int().check(z.nonnegative())
const pixels = z.optional(z.int().check(z.positive()))
const link = (about: string) =>
  z.optional(
    z.url().check(z.describe(`${about}, for an hour at most. Present only if the upload is completed`)),
  )

const status = z.enum(['requested', 'processing', 'completed', 'rejected', 'failed', 'cancelled', 'expired'])
const step = z.strictObject({
  name: z.enum([...status.options, 'validated', 'quota-reserved', 'metadata-read', 'thumbnail-made']),
  at: timestamp,
})

const upload = z.strictObject({
  ...itemFields,
  projectId: idLike,
  status,
  fileName: textLike('map.png'),
  contentType: textLike('image/png'),
  size: count.check(z.describe('Bytes')),
  steps: z.array(step).check(z.describe('The steps that it has passed, the first one first')),
  reason: z.optional(
    textLike('It is larger than requested.').check(z.describe('Why it was rejected or failed')),
  ),
  width: pixels,
  height: pixels,
  originalUrl: link('Address to download the file from'),
  thumbnailUrl: link('A small picture of it, WebP'),
})

const stats = z.strictObject({
  ...itemFields,
  members: count.check(z.describe('People of the project, its owner included')),
  uploads: count.check(z.describe('Files in the project')),
  bytes: count.check(z.describe('Bytes of these files')),
})

export const uploadContract = {
  commands: {
    'request-upload': {
      summary: 'Request a form to send a picture into a project',
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
          .check(
            z.describe(
              'Absent from a repeat if the file has arrived, the upload has ended, or you may no longer add the file',
            ),
          ),
      }),
      function: 'upload-api',
    },
    'cancel-upload': {
      summary: 'Cancel an upload before its file has arrived',
      creates: false,
      body: z.strictObject({ uploadId: idOf('Id of the upload, as `request-upload` returned it') }),
    },
  },
  queries: {
    '/projects/{projectId}/uploads': {
      summary: 'The uploads of a project, newest first',
      kind: 'many',
      item: upload,
    },
    '/uploads/{uploadId}': { summary: 'One upload', kind: 'one', item: upload },
    '/projects/{projectId}/stats': {
      summary: 'How many people and files a project has',
      kind: 'one',
      item: stats,
    },
  },
} as const satisfies FeatureContract
