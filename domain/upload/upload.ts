import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { Problem, refusal } from '../kernel/problem.ts'
import { noSuchProject, type ProjectRole } from '../project/project.ts'
import { quotaExceeded } from '../subscription/subscription.ts'
import { type PictureType, type UploadEvent, uploadEvents } from './events.ts'
import { uploadPublication } from './public-events.ts'

/** The upload of a file to a project, in a stream of its own. */
export type UploadState =
  | { readonly status: 'none' }
  | (Request & { readonly status: 'requested' })
  | (Request & {
      readonly status: 'processing'
      readonly run: string
      readonly reserved: boolean
      readonly read: boolean
      readonly thumbnail: boolean
    })
  | (Request & { readonly status: Ended })

export type Ended = 'completed' | 'rejected' | 'failed' | 'cancelled' | 'expired'

interface Request {
  readonly projectId: string
  readonly ownerId: string
  readonly requestedBy: string
  readonly fileName: string
  readonly contentType: string
  readonly size: number
  readonly expiresAt: string
}

/** The facts about a file that the file store contains. */
export interface FoundFile {
  readonly size: number
  /** The type that the first bytes of the file show; undefined if it is not a picture. */
  readonly contentType: PictureType | undefined
}

/** The facts about a project that decide whether a person may add a file to it, at the moment of a decision. */
export interface ProjectAsRead {
  /** Version of the project's stream; 0 if the project does not exist. Events contain this version. */
  readonly version: number
  readonly ownerId: string
  /** Role of the person; undefined if they have no access to the project, or their account is deleted. */
  readonly role: ProjectRole | undefined
  readonly archived: boolean
  /** Whether the owner's account is deleted. Their plan has then ended, so nobody pays for the storage. */
  readonly ownerDeleted: boolean
}

/** Commands of people, and commands of the pipeline, which name their run. */
export type UploadCommand = { readonly actorId: string } & (
  | {
      readonly type: 'request-upload'
      readonly projectId: string
      /** The project as the actor sees it. */
      readonly project: ProjectAsRead
      /**
       * Bytes that the owner's plan has left. They are reserved when the file arrives. This early check prevents a
       * useless transfer.
       */
      readonly bytesLeft: number
      readonly fileName: string
      readonly contentType: PictureType
      readonly size: number
      readonly expiresAt: string
    }
  /** `role` is the actor's current role in the project; undefined if they have no access. */
  | { readonly type: 'cancel-upload'; readonly role: ProjectRole | undefined }
  | { readonly type: 'validate-upload'; readonly run: string; readonly found: FoundFile }
  | { readonly type: 'record-quota'; readonly run: string }
  | {
      readonly type: 'record-metadata'
      readonly run: string
      readonly width: number
      readonly height: number
    }
  | { readonly type: 'record-thumbnail'; readonly run: string }
  /** `project` is the current project, as the requester of the upload sees it. */
  | { readonly type: 'complete-upload'; readonly run: string; readonly project: ProjectAsRead }
  | {
      readonly type: 'reject-upload'
      readonly run: string
      readonly reason: string
      /** Version of the project, if the rejection depends on the project. */
      readonly projectVersion?: number | undefined
    }
  | { readonly type: 'fail-upload'; readonly run: string; readonly reason: string }
  /** `now` is ISO 8601 UTC with milliseconds. */
  | { readonly type: 'expire-upload'; readonly now: string }
)

/** The actor of commands that no person sends: the pipeline, and the function that ends expired uploads. */
export const pipeline = 'pipeline'

/** How long the notification and the run of the pipeline may take after the upload expires, in milliseconds. */
export const maxRunMs = 15 * 60 * 1000

function evolve(state: UploadState, event: UploadEvent): UploadState {
  if (event.type === 'UploadRequested') return { ...requestOf(event.data), status: 'requested' }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'UploadValidated': {
      const { run } = event.data
      return {
        ...requestOf(state),
        status: 'processing',
        run,
        reserved: false,
        read: false,
        thumbnail: false,
      }
    }
    case 'UploadQuotaReserved':
      return state.status === 'processing' ? { ...state, reserved: true } : state
    case 'UploadMetadataRead':
      return state.status === 'processing' ? { ...state, read: true } : state
    case 'UploadThumbnailMade':
      return state.status === 'processing' ? { ...state, thumbnail: true } : state
    case 'UploadCompleted':
      return { ...requestOf(state), status: 'completed' }
    case 'UploadRejected':
      return { ...requestOf(state), status: 'rejected' }
    case 'UploadFailed':
      return { ...requestOf(state), status: 'failed' }
    case 'UploadCancelled':
      return { ...requestOf(state), status: 'cancelled' }
    case 'UploadExpired':
      return { ...requestOf(state), status: 'expired' }
  }
}

function requestOf(upload: Request): Request {
  const { projectId, ownerId, requestedBy, fileName, contentType, size, expiresAt } = upload
  return { projectId, ownerId, requestedBy, fileName, contentType, size, expiresAt }
}

function decide(command: UploadCommand, state: UploadState): readonly UploadEvent[] {
  if (command.type === 'request-upload') return request(state, command)
  if (state.status === 'none') throw noSuchUpload()
  switch (command.type) {
    case 'cancel-upload':
      return cancel(state, command)
    case 'validate-upload':
      return validate(state, command)
    case 'expire-upload':
      return expire(state, command.now)
    default:
      return step(state, command)
  }
}

/** The id of a new upload derives from its command. If the upload already exists, the command is therefore a repeat. */
function request(
  state: UploadState,
  command: Extract<UploadCommand, { type: 'request-upload' }>,
): readonly UploadEvent[] {
  if (state.status !== 'none') return []
  const { actorId: requestedBy, project, projectId, fileName, contentType, size, expiresAt } = command
  const obstacle = obstacleIn(project)
  if (obstacle !== undefined) throw obstacles[obstacle].refusal()
  if (size > command.bytesLeft) throw quotaExceeded()
  const { ownerId, version: projectVersion } = project
  const data = { projectId, ownerId, requestedBy, fileName, contentType, size, expiresAt, projectVersion }
  return [{ type: 'UploadRequested', data }]
}

/**
 * The reasons why a person may not add a file to a project. Each has a refusal of the request, and the reason of a
 * later rejection.
 */
const obstacles = {
  stranger: {
    refusal: noSuchProject,
    reason: 'The project is no longer shared with you.',
  },
  viewer: {
    refusal: () => new Problem('forbidden', 'Your role in this project does not allow this. Ask the owner.'),
    reason: 'Your role in the project no longer allows you to add files.',
  },
  archived: {
    refusal: () =>
      refusal('project-archived', 'The project is archived. Restore it before you add anything to it.'),
    reason: 'The project is archived.',
  },
  'owner-deleted': {
    refusal: () =>
      refusal(
        'project-ownerless',
        'The owner of the project has deleted their account. Create another project.',
      ),
    reason: 'The owner of the project has deleted their account.',
  },
}

/** Returns what prevents a person from adding a file to a project, if anything does. */
export function obstacleIn({
  role,
  archived,
  ownerDeleted,
}: ProjectAsRead): keyof typeof obstacles | undefined {
  if (role === undefined) return 'stranger'
  if (role === 'viewer') return 'viewer'
  if (archived) return 'archived'
  return ownerDeleted ? 'owner-deleted' : undefined
}

/** The requester and the owner of the project may cancel an upload, as long as the project is shared with them. */
function cancel(
  state: Exclude<UploadState, { status: 'none' }>,
  { actorId, role }: Extract<UploadCommand, { type: 'cancel-upload' }>,
): readonly UploadEvent[] {
  if (role === undefined) throw noSuchUpload()
  if (!knownTo(state, actorId))
    throw new Problem('forbidden', 'Only the requester and the owner of the project may cancel an upload.')
  switch (state.status) {
    case 'requested':
      return [{ type: 'UploadCancelled', data: {} }]
    case 'cancelled':
      return []
    case 'processing':
      throw refusal(
        'upload-processing',
        'The file has arrived and is being processed. It can no longer be cancelled.',
      )
    default:
      throw refusal('upload-ended', `The upload is already ${state.status}.`)
  }
}

/**
 * The first run that finds the file processes it. Another run, or a run after the upload has ended, changes nothing.
 */
function validate(
  state: UploadState,
  { run, found }: Extract<UploadCommand, { type: 'validate-upload' }>,
): readonly UploadEvent[] {
  if (state.status !== 'requested') return []
  if (found.size !== state.size) {
    const reason = `The file has ${found.size} bytes instead of the requested ${state.size}.`
    return [{ type: 'UploadRejected', data: { reason } }]
  }
  if (found.contentType !== state.contentType) {
    const reason = `The file is ${found.contentType ?? 'not a picture'}. The request was for ${state.contentType}.`
    return [{ type: 'UploadRejected', data: { reason } }]
  }
  return [{ type: 'UploadValidated', data: { run } }]
}

type Step = Extract<
  UploadCommand,
  { type: `record-${string}` | 'complete-upload' | 'reject-upload' | 'fail-upload' }
>

/** Records a step of the pipeline. Returns no event if the upload has ended or belongs to another run. */
function step(state: UploadState, command: Step): readonly UploadEvent[] {
  if (state.status === 'requested' && command.type === 'fail-upload')
    return [{ type: 'UploadFailed', data: { reason: command.reason } }]
  if (state.status !== 'processing' || state.run !== command.run) return []
  switch (command.type) {
    case 'record-quota':
      return state.reserved ? [] : [{ type: 'UploadQuotaReserved', data: {} }]
    case 'record-metadata': {
      const { width, height } = command
      return state.read ? [] : [{ type: 'UploadMetadataRead', data: { width, height } }]
    }
    case 'record-thumbnail':
      return state.thumbnail ? [] : [{ type: 'UploadThumbnailMade', data: {} }]
    case 'complete-upload':
      return complete(state, command.project)
    case 'reject-upload': {
      const { reason, projectVersion } = command
      return [{ type: 'UploadRejected', data: { reason, ...named(projectVersion) } }]
    }
    case 'fail-upload':
      return [{ type: 'UploadFailed', data: { reason: command.reason } }]
  }
}

/**
 * Completes the upload if the requester may add the file now. Their right at the time of the request does not count.
 */
function complete({ size }: Request, project: ProjectAsRead): readonly UploadEvent[] {
  const obstacle = obstacleIn(project)
  const projectVersion = named(project.version)
  if (obstacle === undefined) return [{ type: 'UploadCompleted', data: { size, ...projectVersion } }]
  return [{ type: 'UploadRejected', data: { reason: obstacles[obstacle].reason, ...projectVersion } }]
}

/** The version of a project in the form that events contain. */
function named(version: number | undefined): { readonly projectVersion?: number } {
  return version === undefined || version === 0 ? {} : { projectVersion: version }
}

/**
 * Ends an upload after its expiry. A file that was sent at the last moment still gets time for its run of the pipeline.
 * If the upload is still open after that, it fails.
 */
function expire(state: UploadState, now: string): readonly UploadEvent[] {
  if (!isOpen(state) || Date.parse(state.expiresAt) + maxRunMs > Date.parse(now)) return []
  if (state.status === 'requested') return [{ type: 'UploadExpired', data: {} }]
  return [{ type: 'UploadFailed', data: { reason: 'The file was not processed in time.' } }]
}

/** Whether the upload has not ended. */
export function isOpen(
  state: UploadState,
): state is Extract<UploadState, { status: 'requested' | 'processing' }> {
  return state.status === 'requested' || state.status === 'processing'
}

function knownTo(state: UploadState, actorId: string): boolean {
  return state.status !== 'none' && [state.requestedBy, state.ownerId, pipeline].includes(actorId)
}

function noSuchUpload(): Problem {
  return new Problem('not-found', 'There is no such upload, or it is not yours.')
}

export const upload: PublishedAggregate<UploadState, UploadCommand, UploadEvent> = {
  name: 'upload',
  events: uploadEvents,
  publication: uploadPublication,
  fold: folds.upload,
  initial: { status: 'none' },
  evolve,
  decide,
  knownTo,
}
