import { stateAfter } from '../../commands/execution/cached-state.ts'
import { commandIdOf, digestOf } from '../../commands/execution/command-id.ts'
import { execute } from '../../commands/execution/execute.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type SubscriptionCommand, subscription } from '../../domain/subscription/subscription.ts'
import { pipeline, type UploadCommand, type UploadState, upload } from '../../domain/upload/upload.ts'

/** The request that a step belongs to. */
export interface StepContext {
  readonly deadline: Deadline
  /** Id of the request. */
  readonly causationId: string
}

/** One upload in one run of the pipeline, or in the expiry, which acts like a run. */
export interface RunContext extends StepContext {
  readonly uploadId: string
  readonly run: string
  /** Id of the request for the upload. All work for the upload has the same correlation id. */
  readonly correlationId: string
}

export interface RunCommands {
  /** Returns the current upload. `correlationId` is undefined if nobody requested it. */
  uploadNow(
    uploadId: string,
    deadline: Deadline,
  ): Promise<{ readonly state: UploadState; readonly correlationId: string | undefined }>
  /** Executes a command on the upload. Returns the upload after the command. */
  record(command: UploadCommand, context: RunContext): Promise<UploadState>
  /** Executes a command on the subscription of the project's owner. */
  onQuota(ownerId: string, command: SubscriptionCommand, context: RunContext): Promise<void>
}

/** The commands of a run. A command that is repeated within a run has the same id, and therefore changes nothing. */
export function createRunCommands(store: EventStore, clock: Clock): RunCommands {
  const send = async <State, C extends Command, E extends Event>(
    aggregate: Aggregate<State, C, E>,
    id: string,
    command: C,
    { uploadId, run, deadline, correlationId, causationId }: RunContext,
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

  const uploadNow: RunCommands['uploadNow'] = async (uploadId, deadline) => {
    const loaded = await store.load(streamName(upload.name, uploadId), deadline, { fold: upload.fold })
    const correlationId = loaded.commits[0]?.correlationId
    return { state: stateAfter(upload, upload.initial, loaded), correlationId }
  }

  return {
    uploadNow,
    async record(command, context) {
      await send(upload, context.uploadId, command, context)
      return (await uploadNow(context.uploadId, context.deadline)).state
    },
    onQuota: (ownerId, command, context) => send(subscription, ownerId, command, context),
  }
}
