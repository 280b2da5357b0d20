import { describe, expect, it } from 'vitest'
import type { UploadEvent } from '../../../domain/upload/events.ts'
import {
  type Ended,
  isOpen,
  maxRunMs,
  type ProjectAsRead,
  pipeline,
  upload,
} from '../../../domain/upload/upload.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(upload)
const ann = { actorId: 'ann' }
const bob = { actorId: 'bob' }
const stranger = { actorId: 'carol' }
const byPipeline = { actorId: pipeline }
const expiresAt = '2026-01-10T13:00:00.000Z'
const afterwards = (ms: number) => new Date(Date.parse(expiresAt) + ms).toISOString()

/** Ann's project as Bob, an editor, sees it. */
const project: ProjectAsRead = {
  version: 7,
  ownerId: 'ann',
  role: 'editor',
  archived: false,
  ownerDeleted: false,
}

/** The command with which Bob, an editor of Ann's project, requests an upload. */
const ask = {
  type: 'request-upload',
  ...bob,
  projectId: 'p1',
  project,
  bytesLeft: 2000,
  fileName: 'river.jpg',
  contentType: 'image/jpeg',
  size: 2000,
  expiresAt,
} as const
const requested: UploadEvent = {
  type: 'UploadRequested',
  data: {
    projectId: 'p1',
    ownerId: 'ann',
    requestedBy: 'bob',
    fileName: 'river.jpg',
    contentType: 'image/jpeg',
    size: 2000,
    expiresAt,
    projectVersion: 7,
  },
}
const validated: UploadEvent = { type: 'UploadValidated', data: { run: 'run-1' } }
const reserved: UploadEvent = { type: 'UploadQuotaReserved', data: {} }
const read: UploadEvent = { type: 'UploadMetadataRead', data: { width: 4000, height: 3000 } }
const thumbnail: UploadEvent = { type: 'UploadThumbnailMade', data: {} }
const completed: UploadEvent = { type: 'UploadCompleted', data: { size: 2000, projectVersion: 7 } }
const rejected: UploadEvent = { type: 'UploadRejected', data: { reason: 'There is no room for it.' } }
const failed: UploadEvent = { type: 'UploadFailed', data: { reason: 'It cannot be read.' } }
const cancelled: UploadEvent = { type: 'UploadCancelled', data: {} }
const expired: UploadEvent = { type: 'UploadExpired', data: {} }
const processed = [requested, validated, reserved, read, thumbnail] as const

const cancel = { type: 'cancel-upload', ...bob, role: 'editor' } as const
const found = { size: 2000, contentType: 'image/jpeg' } as const
const validate = { type: 'validate-upload', ...byPipeline, run: 'run-1', found } as const
const expire = { type: 'expire-upload', ...byPipeline, now: afterwards(maxRunMs) } as const
const inRun = { ...byPipeline, run: 'run-1' }
const size = { width: 4000, height: 3000 }
const steps = [
  [{ type: 'record-quota', ...inRun }, reserved],
  [{ type: 'record-metadata', ...inRun, ...size }, read],
  [{ type: 'record-thumbnail', ...inRun }, thumbnail],
  [{ type: 'complete-upload', ...inRun, project }, completed],
  [{ type: 'reject-upload', ...inRun, reason: 'There is no room for it.' }, rejected],
  [{ type: 'fail-upload', ...inRun, reason: 'It cannot be read.' }, failed],
] as const
const ends: readonly [Ended, UploadEvent][] = [
  ['completed', completed],
  ['rejected', rejected],
  ['failed', failed],
  ['cancelled', cancelled],
  ['expired', expired],
]

describe('an upload that does not exist', () => {
  it("is requested by an editor, and uses the owner's quota", () => {
    given().when(ask).then(requested)
  })

  it('is requested by the owner', () => {
    given()
      .when({ ...ask, ...ann, project: { ...project, role: 'owner' } })
      .then({ ...requested, data: { ...requested.data, requestedBy: 'ann' } })
  })

  it('is not requested by a viewer, archived or not', () => {
    for (const archived of [false, true])
      given()
        .when({ ...ask, project: { ...project, role: 'viewer', archived } })
        .thenRefused('forbidden')
  })

  it('is not requested for a project that does not exist, or not for the actor', () => {
    given()
      .when({ ...ask, project: { ...project, role: undefined } })
      .thenRefused('not-found')
  })

  it("is not requested if it exceeds the storage left in the owner's plan", () => {
    given()
      .when({ ...ask, size: 2001 })
      .thenRefused('quota-exceeded')
  })

  it('is not requested for a project whose owner has deleted their account', () => {
    given()
      .when({ ...ask, project: { ...project, ownerDeleted: true } })
      .thenRefused('project-ownerless')
  })

  it('is not requested for an archived project', () => {
    given()
      .when({ ...ask, project: { ...project, archived: true } })
      .thenRefused('project-archived')
  })

  it.each([
    cancel,
    validate,
    expire,
    ...steps.map(([command]) => command),
  ])('is not found by $type', (command) => {
    given().when(command).thenRefused('not-found')
  })
})

describe('a requested upload', () => {
  it('is requested again without a second event, whatever the state of the project', () => {
    given(requested).when(ask).thenNothing()
    given(requested)
      .when({ ...ask, project: { ...project, role: 'viewer', archived: true }, bytesLeft: 0 })
      .thenNothing()
    given(requested)
      .when({ ...ask, project: { ...project, role: undefined } })
      .thenNothing()
  })

  it('is processed by the first run that finds the requested file', () => {
    given(requested).when(validate).then(validated)
  })

  it('is rejected if the file has another size', () => {
    given(requested)
      .when({ ...validate, found: { ...found, size: 2001 } })
      .then({
        type: 'UploadRejected',
        data: { reason: 'The file has 2001 bytes instead of the requested 2000.' },
      })
  })

  it.each([
    ['image/png', 'The file is image/png. The request was for image/jpeg.'],
    [undefined, 'The file is not a picture. The request was for image/jpeg.'],
  ] as const)('is rejected if the file is %s', (contentType, reason) => {
    given(requested)
      .when({ ...validate, found: { ...found, contentType } })
      .then({ type: 'UploadRejected', data: { reason } })
  })

  it.each(steps.slice(0, -1))('makes no progress before its validation: $type does nothing', (command) => {
    given(requested).when(command).thenNothing()
  })

  it('fails if the pipeline could not even validate it', () => {
    given(requested)
      .when({ type: 'fail-upload', ...inRun, reason: 'It cannot be read.' })
      .then(failed)
  })

  it('expires once a file sent at the last moment has had its time', () => {
    given(requested).when(expire).then(expired)
    given(requested)
      .when({ ...expire, now: afterwards(maxRunMs - 1) })
      .thenNothing()
  })

  it.each([bob, ann])('is not found by $actorId once the project is no longer shared with them', (actor) => {
    given(requested)
      .when({ ...cancel, ...actor, role: undefined })
      .thenRefused('not-found')
  })

  it.each([bob, ann, byPipeline])('is cancelled by $actorId', (actor) => {
    given(requested)
      .when({ ...cancel, ...actor })
      .then(cancelled)
  })
})

describe('an upload in processing', () => {
  it.each(steps)('is advanced by its run: $type', (command, event) => {
    given(requested, validated).when(command).then(event)
  })

  it.each(steps)('is not changed by another run: $type', (command) => {
    given(requested, validated)
      .when({ ...command, run: 'run-2' })
      .thenNothing()
  })

  it.each(steps.slice(0, 3))('records a step once: $type', (command) => {
    given(...processed)
      .when(command)
      .thenNothing()
  })

  it.each([
    [{ role: undefined }, 'The project is no longer shared with you.'],
    [{ role: 'viewer' }, 'Your role in the project no longer allows you to add files.'],
    [{ archived: true }, 'The project is archived.'],
    [{ ownerDeleted: true }, 'The owner of the project has deleted their account.'],
  ] as const)('is rejected at its completion if the project is now %j', (now, reason) => {
    given(...processed)
      .when({ type: 'complete-upload', ...inRun, project: { ...project, ...now, version: 8 } })
      .then({ type: 'UploadRejected', data: { reason, projectVersion: 8 } })
  })

  it('names the project version that a rejection depends on', () => {
    const reject = { type: 'reject-upload', ...inRun, reason: 'The project is archived.' } as const
    given(...processed)
      .when({ ...reject, projectVersion: 8 })
      .then({ type: 'UploadRejected', data: { reason: 'The project is archived.', projectVersion: 8 } })
    given(...processed)
      .when({ ...reject, projectVersion: 0 })
      .then({ type: 'UploadRejected', data: { reason: 'The project is archived.' } })
  })

  it('is not validated again by any run', () => {
    given(requested, validated).when(validate).thenNothing()
    given(requested, validated)
      .when({ ...validate, run: 'run-2', found: { size: 1, contentType: undefined } })
      .thenNothing()
  })

  it('is requested again without an event', () => {
    given(requested, validated).when(ask).thenNothing()
  })

  it('can no longer be cancelled', () => {
    given(...processed)
      .when(cancel)
      .thenRefused('upload-processing')
  })

  it('has extra time after its expiry, and fails after that', () => {
    given(...processed)
      .when({ ...expire, now: afterwards(maxRunMs - 1) })
      .thenNothing()
    given(...processed)
      .when(expire)
      .then({ type: 'UploadFailed', data: { reason: 'The file was not processed in time.' } })
  })
})

describe.each([
  ['requested', [requested]],
  ['in processing', [...processed]],
] as const)('an upload that is %s', (_, history) => {
  it('is open', () => {
    expect(isOpen(history.reduce(upload.evolve, upload.initial))).toBe(true)
  })

  it('does not exist for a stranger, and is not cancelled by another member', () => {
    given(...history)
      .when({ ...cancel, ...stranger, role: undefined })
      .thenRefused('not-found')
    given(...history)
      .when({ ...cancel, ...stranger })
      .thenRefused('forbidden')
  })
})

describe.each(ends)('an upload that is %s', (status, end) => {
  const history = [...processed, end]

  it('is no longer open', () => {
    expect(isOpen(history.reduce(upload.evolve, upload.initial))).toBe(false)
  })

  it.each([
    ask,
    validate,
    { ...expire, now: afterwards(maxRunMs) },
    ...steps.map(([command]) => command),
  ])('is final: $type does nothing', (command) => {
    given(...history)
      .when(command)
      .thenNothing()
  })

  it(status === 'cancelled' ? 'is cancelled twice without a second event' : 'is not cancelled', () => {
    const decided = given(...history).when(cancel)
    if (status === 'cancelled') decided.thenNothing()
    else decided.thenRefused('upload-ended')
  })

  it('does not exist for a stranger, and is not cancelled by another member', () => {
    given(...history)
      .when({ ...cancel, ...stranger, role: undefined })
      .thenRefused('not-found')
    given(...history)
      .when({ ...cancel, ...stranger })
      .thenRefused('forbidden')
  })
})

describe('an upload', () => {
  it('is visible to its requester, to the owner of the project and to the pipeline', () => {
    const state = upload.evolve(upload.initial, requested)
    const knows = (actorId: string) => upload.knownTo?.(state, actorId)
    expect(['ann', 'bob', pipeline, 'carol'].map(knows)).toEqual([true, true, true, false])
    expect(upload.knownTo?.(upload.initial, pipeline)).toBe(false)
  })
})
