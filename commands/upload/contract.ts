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
      z.describe('Send these fields as multipart/form-data, and the file as the last field, `file`'),
      z.meta({ examples: [{ key: 'incoming/5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e' }] }),
    ),
  expiresAt: timestamp,
})

const count = z.int().check(z.nonnegative())
const pixels = z.optional(z.int().check(z.positive()))
const link = (about: string) =>
  z.optional(
    z.url().check(z.describe(`${about}, valid for at most an hour. Present only if the upload is completed`)),
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
  steps: z.array(step).check(z.describe('The completed steps, oldest first')),
  reason: z.optional(
    textLike('The file is larger than requested.').check(z.describe('Why the upload was rejected or failed')),
  ),
  width: pixels,
  height: pixels,
  originalUrl: link('Address to download the file from'),
  thumbnailUrl: link('Address of the thumbnail, a WebP picture'),
})

const stats = z.strictObject({
  ...itemFields,
  members: count.check(z.describe('Members of the project, including its owner')),
  uploads: count.check(z.describe('Files in the project')),
  bytes: count.check(z.describe('Bytes of these files')),
})

export const uploadContract = {
  commands: {
    'request-upload': {
      summary: 'Request a form that uploads a picture to a project',
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
      summary: 'The number of people and files in a project',
      kind: 'one',
      item: stats,
    },
  },
} as const satisfies FeatureContract
