import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { text } from '../kernel/text.ts'

/** The types of picture that thumbnails can be made from. */
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
/** The version of the project that the decision is based on. Events of schema 1 do not have it. */
const projectVersion = z.optional(z.int().check(z.positive()))
/** Schema 2 adds an optional field, so data of schema 1 fits it. */
const unchanged = { 1: (data: unknown) => data }
const pixels = z.int().check(z.positive())

/**
 * Stored permanently. To change a shape, raise `schema` and add the upcaster from the previous number to the same
 * entry: `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  UploadRequested: {
    schema: 2,
    upcast: unchanged,
    data: z.strictObject({
      projectId: z.string(),
      /** The owner of the project. The file counts towards their quota. */
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
  /** The file has arrived and matches the request. `run` is the execution of the pipeline that processes it. */
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
   * The file does not match the request, exceeds the owner's plan, or may no longer be added to the project. Only the
   * last reason depends on the project.
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
