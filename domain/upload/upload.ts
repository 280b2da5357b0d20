import { folds } from '../generated/folds.ts'
import type { PublishedAggregate } from '../kernel/decider.ts'
import { Problem, refusal } from '../kernel/problem.ts'
import { noSuchProject, type ProjectRole } from '../project/project.ts'
import { quotaExceeded } from '../subscription/subscription.ts'
import { type PictureType, type UploadEvent, uploadEvents } from './events.ts'
import { uploadPublication } from './public-events.ts'

/** A file on its way into a project, in a stream of its own. */
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

/** A file as the file store has it. */
export interface FoundFile {
  readonly size: number
  /** The type that its first bytes show; undefined for anything but a picture. */
  readonly contentType: PictureType | undefined
}

/** The facts about a project that decide whether the actor may add a file to it. */
export interface UploadProject {
  readonly ownerId: string
  /** Of the actor. */
  readonly role: ProjectRole
  readonly archived: boolean
  /** Bytes that the owner's plan has left. They are reserved when the file is there; this only spares sending it in vain. */
  readonly bytesLeft: number
}

/** Commands of people, and those of the pipeline, which name the run that they belong to. */
export type UploadCommand = { readonly actorId: string } & (
  | {
      readonly type: 'request-upload'
      readonly projectId: string
      /** The project as it was just before; none where there is no such project or it is not shared with the actor. */
      readonly project: UploadProject | undefined
      readonly fileName: string
      readonly contentType: PictureType
      readonly size: number
      readonly expiresAt: string
    }
  /** `isMember`: whether the upload's project is shared with the actor, where they neither asked for it nor own that. */
  | { readonly type: 'cancel-upload'; readonly isMember?: boolean }
  | { readonly type: 'validate-upload'; readonly run: string; readonly found: FoundFile }
  | { readonly type: 'record-quota'; readonly run: string }
  | {
      readonly type: 'record-metadata'
      readonly run: string
      readonly width: number
      readonly height: number
    }
  | { readonly type: 'record-thumbnail'; readonly run: string }
  | { readonly type: 'complete-upload'; readonly run: string }
  | { readonly type: 'reject-upload' | 'fail-upload'; readonly run: string; readonly reason: string }
  /** `now` is ISO 8601 UTC with milliseconds. */
  | { readonly type: 'expire-upload'; readonly now: string }
)

/** The actor of commands that no person sends: the pipeline, and the function that ends expired uploads. */
export const pipeline = 'pipeline'

/** How long the notification of a file and its run of the pipeline may take after the upload expires, in milliseconds. */
export const maxRunMs = 15 * 60 * 1000

function evolve(state: UploadState, event: UploadEvent): UploadState {
  if (event.type === 'UploadRequested') return { status: 'requested', ...event.data }
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

function requestOf(state: Exclude<UploadState, { status: 'none' }>): Request {
  const { projectId, ownerId, requestedBy, fileName, contentType, size, expiresAt } = state
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

/** The id of a new upload follows from its command, so one that exists can only be a repetition. */
function request(
  state: UploadState,
  command: Extract<UploadCommand, { type: 'request-upload' }>,
): readonly UploadEvent[] {
  if (state.status !== 'none') return []
  const { actorId: requestedBy, project, projectId, fileName, contentType, size, expiresAt } = command
  if (project === undefined) throw noSuchProject()
  const { ownerId, role, archived, bytesLeft } = project
  if (role === 'viewer')
    throw new Problem('forbidden', 'Your role in this project does not allow it. Ask its owner.')
  if (archived)
    throw refusal('project-archived', 'The project is archived. Restore it before you add anything to it.')
  if (size > bytesLeft) throw quotaExceeded()
  const data = { projectId, ownerId, requestedBy, fileName, contentType, size, expiresAt }
  return [{ type: 'UploadRequested', data }]
}

/** By who asked for it, and by who owns the project. */
function cancel(
  state: Exclude<UploadState, { status: 'none' }>,
  { actorId, isMember = false }: Extract<UploadCommand, { type: 'cancel-upload' }>,
): readonly UploadEvent[] {
  if (!knownTo(state, actorId)) {
    if (!isMember) throw noSuchUpload()
    throw new Problem('forbidden', 'An upload is cancelled by who asked for it, or who owns the project.')
  }
  switch (state.status) {
    case 'requested':
      return [{ type: 'UploadCancelled', data: {} }]
    case 'cancelled':
      return []
    case 'processing':
      throw refusal('upload-processing', 'The file is there and being processed. Wait for a moment.')
    default:
      throw refusal('upload-ended', `The upload is ${state.status} already.`)
  }
}

/** The first run to find the file takes it on; to any other, and after its end, nothing happens. */
function validate(
  state: UploadState,
  { run, found }: Extract<UploadCommand, { type: 'validate-upload' }>,
): readonly UploadEvent[] {
  if (state.status !== 'requested') return []
  if (found.size !== state.size) {
    const reason = `The file has ${found.size} bytes instead of the ${state.size} that were requested.`
    return [{ type: 'UploadRejected', data: { reason } }]
  }
  if (found.contentType !== state.contentType) {
    const reason = `The file is ${found.contentType ?? 'no picture'} and not ${state.contentType}, as was requested.`
    return [{ type: 'UploadRejected', data: { reason } }]
  }
  return [{ type: 'UploadValidated', data: { run } }]
}

type Step = Extract<
  UploadCommand,
  { type: `record-${string}` | 'complete-upload' | 'reject-upload' | 'fail-upload' }
>

/** Records a step of the pipeline; no event if the upload has ended, or belongs to another run. */
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
      return [{ type: 'UploadCompleted', data: { size: state.size } }]
    case 'reject-upload':
      return [{ type: 'UploadRejected', data: { reason: command.reason } }]
    case 'fail-upload':
      return [{ type: 'UploadFailed', data: { reason: command.reason } }]
  }
}

/** A file that was sent at the last moment is given time; what is still not done after that never will be. */
function expire(state: UploadState, now: string): readonly UploadEvent[] {
  if (!isOpen(state) || Date.parse(state.expiresAt) + maxRunMs > Date.parse(now)) return []
  if (state.status === 'requested') return [{ type: 'UploadExpired', data: {} }]
  return [{ type: 'UploadFailed', data: { reason: 'The processing did not come to an end.' } }]
}

/** Whether it still has somewhere to go. */
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
