import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { stateNow } from '../../../commands/execution/current-state.ts'
import { execute } from '../../../commands/execution/execute.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { subscription } from '../../../domain/subscription/subscription.ts'
import { incomingKey } from '../../../domain/upload/object-keys.ts'
import { type UploadState, upload } from '../../../domain/upload/upload.ts'
import type { StepInput, StepOutcome } from '../../../workflows/upload/step-input.ts'
import { createSteps } from '../../../workflows/upload/steps.ts'
import { manualClock } from '../clocks/manual-clock.ts'
import { createMemoryFiles, etagOf } from './memory-files.ts'

/** Begins as a JPEG does. */
export function jpegOf(size: number, filling = 0): Uint8Array {
  return new Uint8Array(size).fill(filling).map((byte, index) => [0xff, 0xd8, 0xff][index] ?? byte)
}

/** One event of a step, less what names the upload and its run. */
export type Step = StepInput extends infer Input
  ? Input extends StepInput
    ? Omit<Input, 'uploadId' | 'run'>
    : never
  : never

/** For a test that lets hours go by while others are at work. */
const inTime = { left: () => 10_000 }

/** The steps of the pipeline over an event store and files in memory. */
export function uploadSide(table = createMemoryCommitTable(), files = createMemoryFiles()) {
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const steps = createSteps({ store, files, clock })
  const rest = () => ({ deadline: inTime, causationId: 'request' })
  let commands = 0

  return {
    clock,
    store,
    files,
    steps,
    /** Ann asks for an upload into a project of hers. */
    async request(uploadId: string, size = 1000, bytesLeft = Number.MAX_SAFE_INTEGER): Promise<void> {
      await execute(
        upload,
        {
          stream: streamName(upload.name, uploadId),
          command: {
            type: 'request-upload',
            actorId: 'ann',
            projectId: 'project',
            project: { ownerId: 'ann', role: 'owner', archived: false, bytesLeft },
            fileName: 'river.jpg',
            contentType: 'image/jpeg',
            size,
            expiresAt: new Date(clock.now() + 3_600_000).toISOString(),
          },
          commandId: `request-${uploadId}`,
          digest: 'digest',
          correlationId: 'of the request',
          causationId: 'request',
        },
        { store, clock, deadline: inTime },
      )
    },
    /** Keeps room in Ann's plan for another upload. */
    async reserve(bytes: number): Promise<void> {
      await execute(
        subscription,
        {
          stream: streamName(subscription.name, 'ann'),
          command: { type: 'reserve-quota', actorId: 'ann', uploadId: 'other', bytes },
          commandId: 'reserve',
          digest: 'digest',
          correlationId: 'correlation',
          causationId: 'request',
        },
        { store, clock, deadline: inTime },
      )
    },
    async cancel(uploadId: string): Promise<void> {
      await execute(
        upload,
        {
          stream: streamName(upload.name, uploadId),
          command: { type: 'cancel-upload', actorId: 'ann' },
          commandId: `cancel-${commands++}`,
          digest: 'digest',
          correlationId: 'correlation',
          causationId: 'request',
        },
        { store, clock, deadline: inTime },
      )
    },
    /** Puts a file where it is sent to, and says its etag. */
    send(uploadId: string, content = jpegOf(1000)): string {
      files.contents.set(incomingKey(uploadId), content)
      return etagOf(content)
    },
    step: async (uploadId: string, run: string, step: Step): Promise<StepOutcome> =>
      // It is a step less these two.
      (await steps.step({ ...step, uploadId, run } as StepInput, rest())).outcome,
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
