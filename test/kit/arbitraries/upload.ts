import fc from 'fast-check'
import type { ProjectRole } from '../../../domain/project/project.ts'
import type { PictureType, UploadEvent } from '../../../domain/upload/events.ts'
import { type ProjectAsRead, pipeline, type UploadCommand } from '../../../domain/upload/upload.ts'

const actorId = fc.constantFrom('ann', 'bob')
const run = fc.constantFrom('run-1', 'run-2')
const contentType = fc.constantFrom<PictureType>('image/jpeg', 'image/png')
const size = fc.constantFrom(1000, 2000)
const moment = fc.constantFrom(
  '2026-01-10T12:00:00.000Z',
  '2026-01-10T13:00:00.000Z',
  '2026-01-10T15:00:00.000Z',
)
const reason = fc.constant('The file is not a picture.')
const request = { fileName: fc.constantFrom('river.jpg', 'lake.png'), contentType, size, expiresAt: moment }

const role = fc.constantFrom<ProjectRole | undefined>('owner', 'editor', 'viewer', undefined)
/** Mostly a project that takes the file, so that uploads also reach their later states. */
const project: fc.Arbitrary<ProjectAsRead> = fc.record({
  version: fc.constantFrom(1, 7),
  ownerId: fc.constant('ann'),
  role: fc.oneof({ weight: 2, arbitrary: fc.constant<ProjectRole>('editor') }, role),
  archived: fc.boolean(),
  ownerDeleted: fc.boolean(),
})

export const command: fc.Arbitrary<UploadCommand> = fc.oneof(
  fc.record({
    type: fc.constant('request-upload' as const),
    actorId,
    projectId: fc.constant('project'),
    project,
    bytesLeft: fc.constantFrom(1000, 5000),
    ...request,
  }),
  fc.record({ type: fc.constant('cancel-upload' as const), actorId, role }),
  fc.record({
    type: fc.constant('validate-upload' as const),
    actorId: fc.constant(pipeline),
    run,
    found: fc.record({ size, contentType: fc.option(contentType, { nil: undefined }) }),
  }),
  fc.record({
    type: fc.constantFrom('record-quota' as const, 'record-thumbnail' as const),
    actorId: fc.constant(pipeline),
    run,
  }),
  fc.record({
    type: fc.constant('complete-upload' as const),
    actorId: fc.constant(pipeline),
    run,
    project,
  }),
  fc.record({
    type: fc.constant('record-metadata' as const),
    actorId: fc.constant(pipeline),
    run,
    width: fc.constant(4000),
    height: fc.constant(3000),
  }),
  fc.record({
    type: fc.constantFrom('reject-upload' as const, 'fail-upload' as const),
    actorId: fc.constant(pipeline),
    run,
    reason,
  }),
  fc.record({ type: fc.constant('expire-upload' as const), actorId: fc.constant(pipeline), now: moment }),
)

/** Any event, whether or not the decider would emit it in that state. */
export const event: fc.Arbitrary<UploadEvent> = fc.oneof(
  fc.record({
    type: fc.constant('UploadRequested' as const),
    data: fc.record({
      projectId: fc.constantFrom('project', 'other'),
      ownerId: fc.constant('ann'),
      requestedBy: actorId,
      ...request,
    }),
  }),
  fc.record({ type: fc.constant('UploadValidated' as const), data: fc.record({ run }) }),
  fc.record({
    type: fc.constant('UploadMetadataRead' as const),
    data: fc.record({ width: fc.constant(4000), height: fc.constant(3000) }),
  }),
  fc.record({ type: fc.constant('UploadCompleted' as const), data: fc.record({ size }) }),
  fc.record({
    type: fc.constantFrom('UploadRejected' as const, 'UploadFailed' as const),
    data: fc.record({ reason }),
  }),
  fc.record({
    type: fc.constantFrom(
      ...(['UploadQuotaReserved', 'UploadThumbnailMade', 'UploadCancelled', 'UploadExpired'] as const),
    ),
    data: fc.constant({}),
  }),
)
