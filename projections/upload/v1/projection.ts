import * as z from 'zod/mini'
import type { Recorded } from '../../../domain/kernel/event.ts'
import { type UploadEvent, uploadEvents } from '../../../domain/upload/events.ts'
import { shardOf } from '../../engine/counters.ts'
import { onDay } from '../../engine/daily-counter.ts'
import type { Contribution, Counter, Projection, Row } from '../../engine/projection.ts'

/** The name of each event in the steps of an upload. */
const stepNames = {
  UploadRequested: 'requested',
  UploadValidated: 'validated',
  UploadQuotaReserved: 'quota-reserved',
  UploadMetadataRead: 'metadata-read',
  UploadThumbnailMade: 'thumbnail-made',
  UploadCompleted: 'completed',
  UploadRejected: 'rejected',
  UploadFailed: 'failed',
  UploadCancelled: 'cancelled',
  UploadExpired: 'expired',
} as const satisfies Readonly<Record<UploadEvent['type'], string>>

const step = z.strictObject({ name: z.enum(Object.values(stepNames)), at: z.string() })

/** The shown state of an upload. */
const uploadState = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none') }),
  z.strictObject({
    status: z.enum(['requested', 'processing', 'completed', 'rejected', 'failed', 'cancelled', 'expired']),
    projectId: z.string(),
    fileName: z.string(),
    contentType: z.string(),
    size: z.number(),
    expiresAt: z.string(),
    /** The events of the upload so far. */
    steps: z.array(step),
    reason: z.optional(z.string()),
    width: z.optional(z.number()),
    height: z.optional(z.number()),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
])

export type UploadState = z.infer<typeof uploadState>

function evolve(state: UploadState, event: Recorded<UploadEvent>): UploadState {
  const step = { name: stepNames[event.type], at: event.at }
  if (event.type === 'UploadRequested') {
    const { projectId, fileName, contentType, size, expiresAt } = event.data
    return {
      status: 'requested',
      projectId,
      fileName,
      contentType,
      size,
      expiresAt,
      steps: [step],
      createdAt: event.at,
      updatedAt: event.at,
    }
  }
  if (state.status === 'none') return state
  const passed = { ...state, steps: [...state.steps, step], updatedAt: event.at }
  switch (event.type) {
    case 'UploadValidated':
      return { ...passed, status: 'processing' }
    case 'UploadQuotaReserved':
    case 'UploadThumbnailMade':
      return passed
    case 'UploadMetadataRead':
      return { ...passed, width: event.data.width, height: event.data.height }
    case 'UploadCompleted':
      return { ...passed, status: 'completed', size: event.data.size }
    case 'UploadRejected':
      return { ...passed, status: 'rejected', reason: event.data.reason }
    case 'UploadFailed':
      return { ...passed, status: 'failed', reason: event.data.reason }
    case 'UploadCancelled':
      return { ...passed, status: 'cancelled' }
    case 'UploadExpired':
      return { ...passed, status: 'expired' }
  }
}

/**
 * Makes a row in the project's list, and for open uploads another one in the list that the expiry reads. The rows
 * contain nothing that changes, because both lists are joined by key.
 */
function render(state: UploadState, id: string): readonly Row[] {
  if (state.status === 'none') return []
  const listed = { partition: uploadsOf(state.projectId), sort: state.createdAt, data: {} }
  if (state.status !== 'requested' && state.status !== 'processing') return [listed]
  const open = { partition: openUploads(shardOf(id, openUploadShards)), sort: state.expiresAt, data: {} }
  return [listed, open]
}

/**
 * Counts the files of a project. Many files can be sent to a project at once, so eight streams can count at the same
 * time.
 */
function count(state: UploadState): readonly Counter[] {
  if (state.status !== 'completed') return []
  const amounts = { uploads: 1, bytes: state.size }
  return [{ partition: statsOf(state.projectId), sort: completed, amounts, shards: 8 }]
}

/** Counts a completion on its day. */
function record(event: Recorded<UploadEvent>): Contribution {
  if (event.type !== 'UploadCompleted') return {}
  return { counters: [onDay(event.at, { uploads: 1, bytes: event.data.size })] }
}

/** The partition of a project's list of uploads. */
export function uploadsOf(projectId: string): string {
  return `uploads-of#${projectId}`
}

/** Number of partitions of open uploads. A single partition would receive the writes of all uploads. */
export const openUploadShards = 8

/** The partition of one shard of open uploads, sorted by their time of expiry. */
export function openUploads(shard: number): string {
  return `open-uploads#${shard}`
}

/** The partition of a project's counters, which contains a single sort key. */
export function statsOf(projectId: string): string {
  return `stats-of#${projectId}`
}
export const completed = 'completed'

export const uploadsV1: Projection<UploadState, UploadEvent> = {
  name: 'uploads',
  version: 1,
  aggregate: 'upload',
  events: uploadEvents,
  state: uploadState,
  initial: { status: 'none' },
  evolve,
  render,
  count,
  record,
}
