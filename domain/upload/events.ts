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
/** The version of the project that the decision read. Events of schema 1 do not name it. */
const projectVersion = z.optional(z.int().check(z.positive()))
/** Schema 2 adds an optional field, so data of schema 1 fits it. */
const unchanged = { 1: (data: unknown) => data }
const pixels = z.int().check(z.positive())

/**
 * Stored permanently. A change of shape raises `schema` and adds the upcaster from the number before to the same entry, as
 * `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  UploadRequested: {
    schema: 2,
    upcast: unchanged,
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
      projectVersion,
    }),
  },
  /** The file has arrived and is the requested one. `run` is the execution of the pipeline that processes it. */
  UploadValidated: { schema: 1, data: z.strictObject({ run: z.string() }) },
  UploadQuotaReserved: { schema: 1, data: z.strictObject({}) },
  UploadMetadataRead: { schema: 1, data: z.strictObject({ width: pixels, height: pixels }) },
  UploadThumbnailMade: { schema: 1, data: z.strictObject({}) },
  UploadCompleted: {
    schema: 2,
    upcast: unchanged,
    data: z.strictObject({ size: z.int(), projectVersion }),
  },
  /**
   * The file is not the requested one, does not fit into the owner's plan, or may no longer be added to the project. Only
   * the last of these depends on the project.
   */
  UploadRejected: {
    schema: 2,
    upcast: unchanged,
    data: z.strictObject({ reason: z.string(), projectVersion }),
  },
  /** The pipeline failed. The file is not the cause. */
  UploadFailed: { schema: 1, data: reason },
  UploadCancelled: { schema: 1, data: z.strictObject({}) },
  /** Nobody sent the file in time. */
  UploadExpired: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type UploadEvent = EventOf<typeof definitions>

export const uploadEvents = codec(definitions)
