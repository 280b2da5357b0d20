import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { text } from '../kernel/text.ts'

/** The pictures that thumbnails are made of. */
export const pictureType = z
  .enum(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])
  .check(z.describe('Media type of the file'))

export type PictureType = z.infer<typeof pictureType>

export const maxUploadBytes = 50 * 1024 * 1024

export const uploadSize = z
  .int()
  .check(z.gte(1), z.lte(maxUploadBytes), z.describe(`Bytes of the file, up to ${maxUploadBytes}`))

export const fileName = text({ min: 1, max: 255 }).check(
  z.describe('1 to 255 characters'),
  z.meta({ examples: ['map.png'] }),
)

const reason = z.strictObject({ reason: z.string() })
const pixels = z.int().check(z.positive())

/** Stored permanently: a change of shape is a new `schema` with an upcaster, and a fixture of the old one. */
const definitions = {
  UploadRequested: {
    schema: 1,
    data: z.strictObject({
      projectId: z.string(),
      /** The owner of the project, whose quota the file takes. */
      ownerId: z.string(),
      requestedBy: z.string(),
      fileName: z.string(),
      contentType: z.string(),
      size: z.int(),
      /** ISO 8601 UTC with milliseconds. */
      expiresAt: z.string(),
    }),
  },
  /** The file is there, and is what was requested. `run` is the execution of the pipeline that takes it on. */
  UploadValidated: { schema: 1, data: z.strictObject({ run: z.string() }) },
  UploadQuotaReserved: { schema: 1, data: z.strictObject({}) },
  UploadMetadataRead: { schema: 1, data: z.strictObject({ width: pixels, height: pixels }) },
  UploadThumbnailMade: { schema: 1, data: z.strictObject({}) },
  UploadCompleted: { schema: 1, data: z.strictObject({ size: z.int() }) },
  /** It is not what was requested, or there is no room for it. */
  UploadRejected: { schema: 1, data: reason },
  /** Something of ours went wrong. */
  UploadFailed: { schema: 1, data: reason },
  UploadCancelled: { schema: 1, data: z.strictObject({}) },
  /** Nobody sent the file in time. */
  UploadExpired: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type UploadEvent = EventOf<typeof definitions>

export const uploadEvents = codec(definitions)
