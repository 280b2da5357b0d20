import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { uploadEvents } from './events.ts'

const projectId = z.string().check(z.describe('Id of the project'))
const uploadId = z.string().check(z.describe('Id of the upload'))
const reason = z.string().check(z.describe('The reason, in words for the person'))

/** The public events of an upload: the request, and every way in which it can end. */
export const uploadPublication = publication(
  uploadEvents,
  {
    UploadRequested: {
      schema: 1,
      description: 'A person wants to add a file to a project. They have not sent the file yet.',
      data: z.object({
        uploadId,
        projectId,
        ownerId: z.string().check(z.describe('Id of the person who owns the project')),
        requestedBy: z.string().check(z.describe('Id of the person who adds the file')),
        contentType: z.string().check(z.describe('Media type of the file')),
        size: z.int().check(z.describe('Bytes of the file')),
      }),
      from: ({ id, data: { projectId, ownerId, requestedBy, contentType, size } }) => ({
        uploadId: id,
        projectId,
        ownerId,
        requestedBy,
        contentType,
        size,
      }),
      example: {
        uploadId: 'd38be2c1',
        projectId: '91be07d2',
        ownerId: '5f0c3f5e',
        requestedBy: 'c27ad1b0',
        contentType: 'image/jpeg',
        size: 2097152,
      },
    },
    UploadValidated: { private: 'An intermediate step of an upload. The end of the upload is published.' },
    UploadQuotaReserved: {
      private: 'An intermediate step of an upload. The end of the upload is published.',
    },
    UploadMetadataRead: { private: 'An intermediate step of an upload. The end of the upload is published.' },
    UploadThumbnailMade: {
      private: 'An intermediate step of an upload. The end of the upload is published.',
    },
    UploadCompleted: {
      schema: 1,
      description: 'A file was added to its project, with a thumbnail.',
      data: z.object({ uploadId, size: z.int().check(z.describe('Bytes of the file')) }),
      from: ({ id, data: { size } }) => ({ uploadId: id, size }),
      example: { uploadId: 'd38be2c1', size: 2097152 },
    },
    UploadRejected: {
      schema: 1,
      description:
        'A file does not match the request, exceeds the plan, or may no longer be added to the project.',
      data: z.object({ uploadId, reason }),
      from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
      example: {
        uploadId: 'd38be2c1',
        reason: 'The file is not a picture. The request was for image/jpeg.',
      },
    },
    UploadFailed: {
      schema: 1,
      description: 'The pipeline failed, so a file could not be added to its project.',
      data: z.object({ uploadId, reason }),
      from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
      example: { uploadId: 'd38be2c1', reason: 'The file was not processed in time.' },
    },
    UploadCancelled: {
      schema: 1,
      description: 'A person cancelled an upload.',
      data: z.object({ uploadId }),
      from: ({ id }) => ({ uploadId: id }),
      example: { uploadId: 'd38be2c1' },
    },
    UploadExpired: {
      schema: 1,
      description: 'An upload expired, because the file was not sent in time.',
      data: z.object({ uploadId }),
      from: ({ id }) => ({ uploadId: id }),
      example: { uploadId: 'd38be2c1' },
    },
  },
  { exampleId: 'd38be2c1' },
)
