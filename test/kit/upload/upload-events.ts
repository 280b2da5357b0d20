import { encodePosition } from '../../../commands/http/position.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { type UploadEvent, uploadEvents } from '../../../domain/upload/events.ts'
import { ample } from '../memory/read-side.ts'
import { newCommit } from '../stores/commits.ts'

/** The first event of an upload by Ann into a project. */
export function requested(projectId: string, over: object = {}): UploadEvent {
  return {
    type: 'UploadRequested',
    data: {
      projectId,
      ownerId: 'ann',
      requestedBy: 'ann',
      fileName: 'river.jpg',
      contentType: 'image/jpeg',
      size: 2000,
      expiresAt: '2026-01-10T13:00:00.000Z',
      ...over,
    },
  }
}

/** The events that follow the request if the pipeline takes the file. */
export const taken: readonly UploadEvent[] = [
  { type: 'UploadValidated', data: { run: 'run' } },
  { type: 'UploadQuotaReserved', data: {} },
  { type: 'UploadMetadataRead', data: { width: 4000, height: 3000 } },
  { type: 'UploadThumbnailMade', data: {} },
  { type: 'UploadCompleted', data: { size: 2000 } },
]

/** Appends events to the stream of an upload, and returns the position after them. */
export function uploadsIn(store: EventStore, now: () => number) {
  return async (uploadId: string, ...events: readonly UploadEvent[]): Promise<string> => {
    const stream = streamName('upload', uploadId)
    const { head } = await store.load(stream, ample)
    const at = new Date(now()).toISOString()
    const commit = newCommit({ at, events: events.map((event) => uploadEvents.encode(event)) })
    await store.append(head, commit, ample)
    return encodePosition({ stream, version: head.version + events.length })
  }
}
