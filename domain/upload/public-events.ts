import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { uploadEvents } from './events.ts'

const projectId = z.string().check(z.describe('Id of the project'))
const uploadId = z.string().check(z.describe('Id of the upload'))
const reason = z.string().check(z.describe('Why, in words for the person'))

/** Which events of an upload leave: the request and each of its ends. */
export const uploadPublication = publication(
  uploadEvents,
  {
    UploadRequested: {
      schema: 1,
      description: 'A person wants to add a file to a project, and has yet to send it.',
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
    UploadValidated: { private: 'A step on the way to the end, which is published.' },
    UploadQuotaReserved: { private: 'A step on the way to the end, which is published.' },
    UploadMetadataRead: { private: 'A step on the way to the end, which is published.' },
    UploadThumbnailMade: { private: 'A step on the way to the end, which is published.' },
    UploadCompleted: {
      schema: 1,
      description: 'A file is in its project, with a thumbnail.',
      data: z.object({ uploadId, size: z.int().check(z.describe('Bytes of the file')) }),
      from: ({ id, data: { size } }) => ({ uploadId: id, size }),
      example: { uploadId: 'd38be2c1', size: 2097152 },
    },
    UploadRejected: {
      schema: 1,
      description:
        'A file is not the requested one, does not fit into the plan, or may no longer be added to the project.',
      data: z.object({ uploadId, reason }),
      from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
      example: {
        uploadId: 'd38be2c1',
        reason: 'The file is no picture and not image/jpeg, as was requested.',
      },
    },
    UploadFailed: {
      schema: 1,
      description: 'A file could not be taken into its project.',
      data: z.object({ uploadId, reason }),
      from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
      example: { uploadId: 'd38be2c1', reason: 'The processing did not come to an end.' },
    },
    UploadCancelled: {
      schema: 1,
      description: 'A person gave up adding a file.',
      data: z.object({ uploadId }),
      from: ({ id }) => ({ uploadId: id }),
      example: { uploadId: 'd38be2c1' },
    },
    UploadExpired: {
      schema: 1,
      description: 'A file was not sent in time.',
      data: z.object({ uploadId }),
      from: ({ id }) => ({ uploadId: id }),
      example: { uploadId: 'd38be2c1' },
    },
  },
  { exampleId: 'd38be2c1' },
)
