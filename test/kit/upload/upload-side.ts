import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { stateNow } from '../../../commands/execution/current-state.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { Aggregate, Command } from '../../../domain/kernel/decider.ts'
import type { Event } from '../../../domain/kernel/event.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { type ProjectCommand, project } from '../../../domain/project/project.ts'
import { subscription } from '../../../domain/subscription/subscription.ts'
import { incomingKey } from '../../../domain/upload/object-keys.ts'
import { type UploadCommand, type UploadState, upload } from '../../../domain/upload/upload.ts'
import type { StepInput, StepOutcome } from '../../../workflows/upload/step-input.ts'
import { createSteps } from '../../../workflows/upload/steps.ts'
import { manualClock } from '../clocks/manual-clock.ts'
import { createMemoryFiles, etagOf } from './memory-files.ts'

/** Content that begins like a JPEG. */
export function jpegOf(size: number, filling = 0): Uint8Array {
  return new Uint8Array(size).fill(filling).map((byte, index) => [0xff, 0xd8, 0xff][index] ?? byte)
}

/** The input of a step without the ids of the upload and its run. */
export type Step = StepInput extends infer Input
  ? Input extends StepInput
    ? Omit<Input, 'uploadId' | 'run'>
    : never
  : never

/** A deadline for tests in which hours pass while steps run. */
const inTime = { left: () => 10_000 }

/** The steps of the pipeline over an event store and files in memory. */
export function uploadSide(table = createMemoryCommitTable(), files = createMemoryFiles()) {
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const steps = createSteps({ store, files, clock })
  /** Executes a command, as the API does. */
  const change = async <State, C extends Command, E extends Event>(
    aggregate: Aggregate<State, C, E>,
    id: string,
    command: C,
    ids = { commandId: `change-${commands++}`, correlationId: 'correlation' },
  ): Promise<void> => {
    await execute(
      aggregate,
      { stream: streamName(aggregate.name, id), command, digest: 'digest', causationId: 'request', ...ids },
      { store, clock, deadline: inTime },
    )
  }
  const rest = () => ({ deadline: inTime, causationId: 'request' })
  let commands = 0

  return {
    clock,
    store,
    files,
    steps,
    change,
    /** Changes the project of all uploads, and creates it first if it does not exist. */
    onProject: (command: ProjectCommand) => change(project, 'project', command),
    /** Requests an upload into Ann's project, by Ann unless `actor` is someone else. */
    async request(uploadId: string, size = 1000, actorId = 'ann'): Promise<void> {
      await change(project, 'project', { type: 'create-project', actorId: 'ann', title: 'Atlas' })
      const command: UploadCommand = {
        type: 'request-upload',
        actorId,
        projectId: 'project',
        project: { version: 1, ownerId: 'ann', role: 'editor', archived: false, ownerDeleted: false },
        bytesLeft: Number.MAX_SAFE_INTEGER,
        fileName: 'river.jpg',
        contentType: 'image/jpeg',
        size,
        expiresAt: new Date(clock.now() + 3_600_000).toISOString(),
      }
      const ids = { commandId: `request-${uploadId}`, correlationId: 'of the request' }
      await change(upload, uploadId, command, ids)
    },
    /** Reserves part of Ann's plan for another upload. */
    reserve: (bytes: number) =>
      change(subscription, 'ann', { type: 'reserve-quota', actorId: 'ann', uploadId: 'other', bytes }),
    cancel: (uploadId: string) =>
      change(upload, uploadId, { type: 'cancel-upload', actorId: 'ann', role: 'owner' }),
    /** Stores a file as if it had been sent, and returns its etag. */
    send(uploadId: string, content = jpegOf(1000)): string {
      files.contents.set(incomingKey(uploadId), content)
      return etagOf(content)
    },
    step: async (uploadId: string, run: string, step: Step): Promise<StepOutcome> =>
      // `Step` is a step input without these two fields.
      steps.step({ ...step, uploadId, run } as StepInput, rest()),
    expire: (uploadId: string) => steps.expire(uploadId, rest()),
    async uploadNow(uploadId: string): Promise<UploadState> {
      return (await stateNow(upload, uploadId, store, inTime)).state
    },
    async quotaOf(
      ownerId: string,
    ): Promise<{ bytesUsed: number; reserved: Readonly<Record<string, number>> }> {
      const { state } = await stateNow(subscription, ownerId, store, inTime)
      const { bytesUsed, reserved } = state
      return { bytesUsed, reserved }
    },
  }
}
