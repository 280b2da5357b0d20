import { stateAfter } from '../../commands/execution/cached-state.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type SubscriptionCommand, subscription } from '../../domain/subscription/subscription.ts'
import { incomingKey, originalKey, thumbnailKey } from '../../domain/upload/object-keys.ts'
import { pipeline, type UploadCommand, type UploadState, upload } from '../../domain/upload/upload.ts'
import type { Files } from './file-store.ts'
import { pictureTypeOf } from './signatures.ts'
import type { StepInput, StepOutcome } from './step-input.ts'

export interface StepPorts {
  readonly store: EventStore
  readonly files: Files
  readonly clock: Clock
}

/** What a step is asked by. */
export interface Asked {
  readonly deadline: Deadline
  /** Id of the request that this is. */
  readonly causationId: string
}

/** What a step acts on: one upload, as one run of the pipeline, or the sweeper in place of it. */
interface Part extends Asked {
  readonly uploadId: string
  readonly run: string
  /** Of the request for the upload: all that is done for it stands under that. */
  readonly correlationId: string
}

type Existing = Exclude<UploadState, { status: 'none' }>
type AtWork = Extract<UploadState, { status: 'processing' }>

/** What is done with an upload; each step can be repeated, and whoever comes late finds nothing to do. */
export function createSteps({ store, files, clock }: StepPorts) {
  const uploadNow = async ({ uploadId, deadline }: Pick<Part, 'uploadId' | 'deadline'>) => {
    const loaded = await store.load(streamName(upload.name, uploadId), deadline, { fold: upload.fold })
    const correlationId = loaded.commits[0]?.correlationId
    return { state: stateAfter(upload, upload.initial, loaded), correlationId }
  }

  /** Repeats of a command within a run are recognised by its name, whatever else it says. */
  const send = async <State, C extends Command, E extends Event>(
    aggregate: Aggregate<State, C, E>,
    id: string,
    command: C,
    { uploadId, run, deadline, correlationId, causationId }: Part,
  ) => {
    await execute(
      aggregate,
      {
        stream: streamName(aggregate.name, id),
        command,
        correlationId,
        causationId,
        commandId: commandIdOf(pipeline, command.type, `${uploadId}/${run}`),
        digest: digestOf({ uploadId, run }),
      },
      { store, clock, deadline },
    )
  }

  /** Carries a command out on the upload. Returns what has become of the upload. */
  const record = async (command: UploadCommand, part: Part): Promise<UploadState> => {
    await send(upload, part.uploadId, command, part)
    return (await uploadNow(part)).state
  }

  const onQuota = (ownerId: string, command: SubscriptionCommand, part: Part): Promise<void> =>
    send(subscription, ownerId, command, part)

  const actorId = pipeline
  const goOn = (isOurs: boolean): StepOutcome => ({ outcome: isOurs ? 'go-on' : 'ended' })
  const isAtWork = (state: UploadState, { run }: Part): state is AtWork =>
    state.status === 'processing' && state.run === run

  /** Takes the file of an upload on, if it is what was requested. */
  async function validate(part: Part & { readonly etag: string }): Promise<StepOutcome> {
    const { uploadId, run, etag } = part
    const file = await files.look(incomingKey(uploadId))
    // Whoever has put another in its place has begun another run.
    if (file?.etag !== etag) return { outcome: 'other-run' }
    const found = { size: file.size, contentType: pictureTypeOf(file.head) }
    const state = await record({ type: 'validate-upload', actorId, run, found }, part)
    if (state.status === 'processing' && state.run !== run) return { outcome: 'other-run' }
    return goOn(isAtWork(state, part))
  }

  /** Keeps room for it in the plan of the project's owner. */
  async function reserveQuota(state: UploadState, part: Part): Promise<StepOutcome> {
    const { uploadId, run } = part
    if (!isAtWork(state, part)) return { outcome: 'ended' }
    try {
      await onQuota(state.ownerId, { type: 'reserve-quota', actorId, uploadId, bytes: state.size }, part)
    } catch (error) {
      if (error instanceof Problem && error.code === 'refused')
        return { outcome: 'rejected', reason: error.message }
      throw error
    }
    return goOn(isAtWork(await record({ type: 'record-quota', actorId, run }, part), part))
  }

  async function recordMetadata(
    part: Part & { readonly width: number; readonly height: number },
  ): Promise<StepOutcome> {
    const { run, width, height } = part
    return goOn(isAtWork(await record({ type: 'record-metadata', actorId, run, width, height }, part), part))
  }

  async function recordThumbnail(part: Part): Promise<StepOutcome> {
    return goOn(isAtWork(await record({ type: 'record-thumbnail', actorId, run: part.run }, part), part))
  }

  /** Puts the file where it is read, and counts it. */
  async function complete(state: UploadState, part: Part & { readonly etag: string }): Promise<StepOutcome> {
    const { uploadId, run, etag } = part
    if (isAtWork(state, part)) {
      await files.copy(incomingKey(uploadId), etag, originalKey(uploadId))
      const after = await record({ type: 'complete-upload', actorId, run }, part)
      if (after.status !== 'completed') return { outcome: 'ended' }
    } else if (state.status !== 'completed') return { outcome: 'ended' }
    await settle(state, part)
    return { outcome: 'go-on' }
  }

  /** After the end: what was reserved is used, and the file as it was sent is not needed any more. */
  async function settle({ ownerId, size }: Existing, part: Part): Promise<void> {
    const { uploadId } = part
    await onQuota(ownerId, { type: 'use-quota', actorId, uploadId, bytes: size }, part)
    await files.remove(incomingKey(uploadId))
  }

  /**
   * Takes back what was done for an upload that does not come to its end, and then says so: while that fails, the
   * upload is open, and somebody tries again.
   */
  async function giveUp(state: Existing, command: UploadCommand, part: Part): Promise<void> {
    const { uploadId } = part
    await onQuota(state.ownerId, { type: 'release-quota', actorId, uploadId }, part)
    for (const key of [incomingKey, originalKey, thumbnailKey]) await files.remove(key(uploadId))
    await record(command, part)
  }

  /** Ends a run that does not go on. */
  async function close(
    state: Existing,
    part: Part & { readonly as: 'rejected' | 'failed'; readonly reason: string },
  ): Promise<StepOutcome> {
    const { run, as, reason } = part
    if (state.status === 'processing' && state.run !== run) return { outcome: 'other-run' }
    if (state.status === 'completed') await settle(state, part)
    else {
      const type = as === 'rejected' ? 'reject-upload' : 'fail-upload'
      await giveUp(state, { type, actorId, run, reason }, part)
    }
    return { outcome: 'ended' }
  }

  function carryOut(input: StepInput, state: Existing, part: Part): Promise<StepOutcome> {
    switch (input.step) {
      case 'validate':
        return validate({ ...part, ...input })
      case 'reserve-quota':
        return reserveQuota(state, part)
      case 'record-metadata':
        return recordMetadata({ ...part, ...input })
      case 'record-thumbnail':
        return recordThumbnail(part)
      case 'complete':
        return complete(state, { ...part, ...input })
      case 'close':
        return close(state, { ...part, ...input })
    }
  }

  return {
    /** Does a step, and says under what correlation it stands. */
    async step(input: StepInput, asked: Asked): Promise<{ outcome: StepOutcome; correlationId: string }> {
      const { uploadId, run } = input
      const { state, correlationId = run } = await uploadNow({ uploadId, ...asked })
      if (state.status !== 'none')
        return {
          outcome: await carryOut(input, state, { uploadId, run, correlationId, ...asked }),
          correlationId,
        }
      // Nobody has asked for it.
      if (input.step === 'close') await files.remove(incomingKey(uploadId))
      return { outcome: { outcome: 'ended' }, correlationId }
    },

    /** Ends an upload whose file has not come in time, or whose run has died. */
    async expire(uploadId: string, asked: Asked): Promise<void> {
      const now = new Date(clock.now()).toISOString()
      const run = 'expiry'
      const { state, correlationId = run } = await uploadNow({ uploadId, ...asked })
      const command = { type: 'expire-upload', actorId, now } as const
      if (state.status === 'none' || upload.decide(command, state).length === 0) return
      await giveUp(state, command, { uploadId, run, correlationId, ...asked })
    },
  }
}
