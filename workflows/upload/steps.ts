import { projectAsRead } from '../../commands/upload/project-as-read.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { incomingKey, originalKey, thumbnailKey } from '../../domain/upload/object-keys.ts'
import {
  pipeline as actorId,
  type UploadCommand,
  type UploadState,
  upload,
} from '../../domain/upload/upload.ts'
import type { Files } from './file-store.ts'
import { createRunCommands, type RunCommands, type RunContext, type StepContext } from './run-commands.ts'
import { pictureTypeOf } from './signatures.ts'
import type { StepInput, StepOutcome } from './step-input.ts'

export interface StepPorts {
  readonly store: EventStore
  readonly files: Files
  readonly clock: Clock
}

/** The commands and files that the steps use. */
interface Tools extends RunCommands {
  readonly files: Files
  readonly store: EventStore
}

type Existing = Exclude<UploadState, { status: 'none' }>
type Processing = Extract<UploadState, { status: 'processing' }>

/** Makes the steps of the pipeline. Each step can be repeated, and a step that comes too late changes nothing. */
export function createSteps({ store, files, clock }: StepPorts) {
  const tools: Tools = { ...createRunCommands(store, clock), files, store }
  return {
    /** Executes a step and returns its outcome. Passes the correlation id of the upload on once it is known. */
    async step(
      input: StepInput,
      context: StepContext,
      onCorrelationId: (correlationId: string) => void = () => {},
    ): Promise<StepOutcome> {
      const { uploadId, run } = input
      const { state, correlationId = run } = await tools.uploadNow(uploadId, context.deadline)
      onCorrelationId(correlationId)
      if (state.status !== 'none')
        return doStep(tools, input, state, { ...context, uploadId, run, correlationId })
      // Nobody has requested this file.
      if (input.step === 'close') await files.remove(incomingKey(uploadId))
      return { outcome: 'ended' }
    },

    /** Ends an upload whose file was not sent in time, or whose run has died. Returns whether this call ended it. */
    async expire(uploadId: string, context: StepContext): Promise<boolean> {
      const now = new Date(clock.now()).toISOString()
      const run = 'expiry'
      const { state, correlationId = run } = await tools.uploadNow(uploadId, context.deadline)
      const command = { type: 'expire-upload', actorId, now } as const
      if (state.status === 'none' || upload.decide(command, state).length === 0) return false
      await giveUp(tools, state, command, { ...context, uploadId, run, correlationId })
      return true
    },
  }
}

function doStep(tools: Tools, input: StepInput, state: Existing, context: RunContext): Promise<StepOutcome> {
  switch (input.step) {
    case 'validate':
      return validate(tools, { ...context, ...input })
    case 'reserve-quota':
      return reserveQuota(tools, state, context)
    case 'record-metadata':
      return recordMetadata(tools, { ...context, ...input })
    case 'record-thumbnail':
      return recordThumbnail(tools, context)
    case 'complete':
      return complete(tools, state, { ...context, ...input })
    case 'close':
      return close(tools, state, { ...context, ...input })
  }
}

/** Starts to process the file of an upload, if the file matches the request. */
async function validate(
  { files, record }: Tools,
  context: RunContext & { readonly etag: string },
): Promise<StepOutcome> {
  const { uploadId, run, etag } = context
  const file = await files.look(incomingKey(uploadId))
  // If another file has replaced this one, that file has started another run.
  if (file?.etag !== etag) return { outcome: 'other-run' }
  const found = { size: file.size, contentType: pictureTypeOf(file.head) }
  const state = await record({ type: 'validate-upload', actorId, run, found }, context)
  if (state.status === 'processing' && state.run !== run) return { outcome: 'other-run' }
  return outcomeOf(state, context)
}

/** Reserves storage for the file in the plan of the project's owner. */
async function reserveQuota(
  { onQuota, record }: Tools,
  state: UploadState,
  context: RunContext,
): Promise<StepOutcome> {
  const { uploadId, run } = context
  if (!isProcessing(state, context)) return { outcome: 'ended' }
  try {
    await onQuota(state.ownerId, { type: 'reserve-quota', actorId, uploadId, bytes: state.size }, context)
  } catch (error) {
    if (error instanceof Problem && error.code === 'refused')
      return { outcome: 'rejected', reason: error.message }
    throw error
  }
  return outcomeOf(await record({ type: 'record-quota', actorId, run }, context), context)
}

async function recordMetadata(
  { record }: Tools,
  context: RunContext & { readonly width: number; readonly height: number },
): Promise<StepOutcome> {
  const { run, width, height } = context
  return outcomeOf(await record({ type: 'record-metadata', actorId, run, width, height }, context), context)
}

async function recordThumbnail({ record }: Tools, context: RunContext): Promise<StepOutcome> {
  const { run } = context
  return outcomeOf(await record({ type: 'record-thumbnail', actorId, run }, context), context)
}

/**
 * Moves the file to the key that links point to, and completes the upload, if its requester may add the file now. A
 * rejection undoes nothing here: `close` does that later, so a retry of this step never completes an upload whose files
 * are already partly removed.
 */
async function complete(
  tools: Tools,
  state: UploadState,
  context: RunContext & { readonly etag: string },
): Promise<StepOutcome> {
  const { uploadId, run, etag } = context
  if (isProcessing(state, context)) {
    await tools.files.copy(incomingKey(uploadId), etag, originalKey(uploadId))
    // The project is read last, so that only the append comes between this read and the completion.
    const { project } = await projectAsRead(
      { projectId: state.projectId, personId: state.requestedBy },
      tools.store,
      context.deadline,
    )
    const command = { type: 'complete-upload', actorId, run, project } as const
    const [decided] = upload.decide(command, state)
    if (decided?.type === 'UploadRejected') {
      const { reason, projectVersion = 0 } = decided.data
      return { outcome: 'rejected', reason, projectVersion }
    }
    const after = await tools.record(command, context)
    if (after.status !== 'completed') return { outcome: 'ended' }
  } else if (state.status !== 'completed') return { outcome: 'ended' }
  await settle(tools, state, context)
  return { outcome: 'go-on' }
}

/** After the completion: turns the reservation into used storage, and removes the incoming file. */
async function settle(
  { files, onQuota }: Tools,
  { ownerId, size }: Existing,
  context: RunContext,
): Promise<void> {
  const { uploadId } = context
  await onQuota(ownerId, { type: 'use-quota', actorId, uploadId, bytes: size }, context)
  await files.remove(incomingKey(uploadId))
}

/**
 * Undoes the work for an upload that will not complete, and records its end only after that. If the first part fails,
 * the upload stays open and is tried again.
 */
async function giveUp(
  { files, onQuota, record }: Tools,
  { ownerId }: Existing,
  command: UploadCommand,
  context: RunContext,
): Promise<void> {
  const { uploadId } = context
  await onQuota(ownerId, { type: 'release-quota', actorId, uploadId }, context)
  for (const key of [incomingKey, originalKey, thumbnailKey]) await files.remove(key(uploadId))
  await record(command, context)
}

/** Ends a run early. */
async function close(
  tools: Tools,
  state: Existing,
  context: RunContext & Pick<Extract<StepInput, { step: 'close' }>, 'as' | 'reason' | 'projectVersion'>,
): Promise<StepOutcome> {
  const { run, as, reason, projectVersion } = context
  if (state.status === 'processing' && state.run !== run) return { outcome: 'other-run' }
  if (state.status === 'completed') await settle(tools, state, context)
  else {
    const command: UploadCommand =
      as === 'rejected'
        ? { type: 'reject-upload', actorId, run, reason, projectVersion }
        : { type: 'fail-upload', actorId, run, reason }
    await giveUp(tools, state, command, context)
  }
  return { outcome: 'ended' }
}

function isProcessing(state: UploadState, { run }: RunContext): state is Processing {
  return state.status === 'processing' && state.run === run
}

/** The run continues while the upload belongs to it. */
function outcomeOf(state: UploadState, context: RunContext): StepOutcome {
  return { outcome: isProcessing(state, context) ? 'go-on' : 'ended' }
}
