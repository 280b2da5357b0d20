import * as z from 'zod/mini'
import type { Event } from '../../domain/kernel/event.ts'
import { projectEvents } from '../../domain/project/events.ts'
import { subscriptionEvents } from '../../domain/subscription/events.ts'
import { month } from '../../domain/subscription/months.ts'
import { plan } from '../../domain/subscription/plans.ts'
import { uploadEvents } from '../../domain/upload/events.ts'
import { userEvents } from '../../domain/user/events.ts'

/** The codec of each kind of stream. An event of any other kind is parked. */
export const codecs = {
  project: projectEvents,
  subscription: subscriptionEvents,
  upload: uploadEvents,
  user: userEvents,
}

/** Every event that is stored. */
export type AnyEvent = ReturnType<(typeof codecs)[keyof typeof codecs]['decode']>
export type EventType = AnyEvent['type']

/** A stored event as the public one is made from it: `id` is the stream's, without the aggregate. */
interface Source<Type extends EventType> {
  readonly id: string
  readonly data: Extract<AnyEvent, { type: Type }>['data']
}

/** One entry of the catalogue: what leaves of an event, under a schema number of its own. */
export interface CatalogueEntry<Type extends EventType = EventType> {
  readonly type: Type
  /** Counts the public shapes from 1, apart from the stored ones. */
  readonly schema: number
  readonly description: string
  readonly data: z.ZodMiniType
  readonly example: unknown
  /** The public data of a stored event. Throws where it does not fit the schema. */
  publish(event: Event & { readonly id: string }): unknown
}

function define<Type extends EventType, Schema extends z.ZodMiniType>(
  type: Type,
  definition: {
    readonly schema: number
    readonly description: string
    readonly data: Schema
    readonly from: (event: Source<Type>) => z.input<Schema>
    readonly example: z.input<Schema>
  },
): CatalogueEntry<Type> {
  const { from, ...rest } = definition
  return {
    type,
    ...rest,
    // It is looked up by the type of the event, which says what its data is.
    publish: ({ id, data }) => rest.data.parse(from({ id, data: data as Source<Type>['data'] })),
  }
}

const userId = z.string().check(z.describe('Id of the person'))
const projectId = z.string().check(z.describe('Id of the project'))
const title = z.string().check(z.describe('What the project is called'))
const role = z.enum(['editor', 'viewer'])
const uploadId = z.string().check(z.describe('Id of the upload'))
const reason = z.string().check(z.describe('Why, in words for the person'))

/**
 * The public events. What leaves is out of reach for good, so it is ids and roles: a name and an address stay
 * in the person's own stream, where a deletion reaches them. A project's title leaves, because a consumer
 * that may not query could not say otherwise which project is meant; its description does not.
 */
const catalogue = [
  define('UserRegistered', {
    schema: 1,
    description: 'A person confirmed their address and has an account.',
    data: z.object({ userId }),
    from: ({ id }) => ({ userId: id }),
    example: { userId: '5f0c3f5e' },
  }),
  define('UserDeleted', {
    schema: 1,
    description: 'A person deleted their account. Remove what you hold about them.',
    data: z.object({ userId }),
    from: ({ id }) => ({ userId: id }),
    example: { userId: '5f0c3f5e' },
  }),
  define('ProjectCreated', {
    schema: 1,
    description: 'A project was created by its owner.',
    data: z.object({
      projectId,
      ownerId: z.string().check(z.describe('Id of the person who owns it')),
      title,
    }),
    from: ({ id, data: { ownerId, title } }) => ({ projectId: id, ownerId, title }),
    example: { projectId: '91be07d2', ownerId: '5f0c3f5e', title: 'Atlas' },
  }),
  define('ProjectRenamed', {
    schema: 1,
    description: 'A project has another title.',
    data: z.object({ projectId, title }),
    from: ({ id, data: { title } }) => ({ projectId: id, title }),
    example: { projectId: '91be07d2', title: 'Atlas of rivers' },
  }),
  define('ProjectArchived', {
    schema: 1,
    description: 'A project was closed to changes.',
    data: z.object({ projectId }),
    from: ({ id }) => ({ projectId: id }),
    example: { projectId: '91be07d2' },
  }),
  define('ProjectRestored', {
    schema: 1,
    description: 'An archived project was opened again.',
    data: z.object({ projectId }),
    from: ({ id }) => ({ projectId: id }),
    example: { projectId: '91be07d2' },
  }),
  define('ProjectMemberAdded', {
    schema: 1,
    description: 'A person was added to a project.',
    data: z.object({ projectId, userId, role }),
    from: ({ id, data: { userId, role } }) => ({ projectId: id, userId, role }),
    example: { projectId: '91be07d2', userId: 'c27ad1b0', role: 'editor' },
  }),
  define('ProjectMemberRoleChanged', {
    schema: 1,
    description: 'A member of a project has another role.',
    data: z.object({ projectId, userId, role }),
    from: ({ id, data: { userId, role } }) => ({ projectId: id, userId, role }),
    example: { projectId: '91be07d2', userId: 'c27ad1b0', role: 'viewer' },
  }),
  define('ProjectMemberRemoved', {
    schema: 1,
    description: 'A person left a project or was removed from it.',
    data: z.object({ projectId, userId }),
    from: ({ id, data: { userId } }) => ({ projectId: id, userId }),
    example: { projectId: '91be07d2', userId: 'c27ad1b0' },
  }),
  define('UploadRequested', {
    schema: 1,
    description: 'A person wants to add a file to a project, and has yet to send it.',
    data: z.object({
      uploadId,
      projectId,
      ownerId: z.string().check(z.describe('Id of the person who owns the project')),
      requestedBy: z.string().check(z.describe('Id of the person who adds the file')),
      contentType: z.string().check(z.describe('What the file is')),
      size: z.int().check(z.describe('Bytes of the file')),
    }),
    from: ({ id, data: { projectId, ownerId, requestedBy, contentType, size } }) => ({
      uploadId: id,
      projectId,
      ownerId,
      requestedBy,
      contentType,
      size,
    }),
    example: {
      uploadId: 'd38be2c1',
      projectId: '91be07d2',
      ownerId: '5f0c3f5e',
      requestedBy: 'c27ad1b0',
      contentType: 'image/jpeg',
      size: 2097152,
    },
  }),
  define('UploadCompleted', {
    schema: 1,
    description: 'A file is in its project, with a thumbnail.',
    data: z.object({ uploadId, size: z.int().check(z.describe('Bytes of the file')) }),
    from: ({ id, data: { size } }) => ({ uploadId: id, size }),
    example: { uploadId: 'd38be2c1', size: 2097152 },
  }),
  define('UploadRejected', {
    schema: 1,
    description: 'A file was not what had been requested, or there was no room for it.',
    data: z.object({ uploadId, reason }),
    from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
    example: { uploadId: 'd38be2c1', reason: 'The file is no picture and not image/jpeg, as was requested.' },
  }),
  define('UploadFailed', {
    schema: 1,
    description: 'A file could not be taken into its project.',
    data: z.object({ uploadId, reason }),
    from: ({ id, data }) => ({ uploadId: id, reason: data.reason }),
    example: { uploadId: 'd38be2c1', reason: 'The processing did not come to an end.' },
  }),
  define('UploadCancelled', {
    schema: 1,
    description: 'A person gave up adding a file.',
    data: z.object({ uploadId }),
    from: ({ id }) => ({ uploadId: id }),
    example: { uploadId: 'd38be2c1' },
  }),
  define('UploadExpired', {
    schema: 1,
    description: 'A file was not sent in time.',
    data: z.object({ uploadId }),
    from: ({ id }) => ({ uploadId: id }),
    example: { uploadId: 'd38be2c1' },
  }),
  define('PlanChanged', {
    schema: 1,
    description: 'A person chose another plan that is paid for.',
    data: z.object({ userId, plan }),
    from: ({ id, data }) => ({ userId: id, plan: data.plan }),
    example: { userId: '5f0c3f5e', plan: 'pro' },
  }),
  define('SubscriptionCancelled', {
    schema: 1,
    description: 'A person went back to the free plan.',
    data: z.object({ userId }),
    from: ({ id }) => ({ userId: id }),
    example: { userId: '5f0c3f5e' },
  }),
  define('InvoiceIssued', {
    schema: 1,
    description: 'A month of a plan is to be paid for.',
    data: z.object({
      userId,
      period: month,
      plan,
      amount: z.int().check(z.describe('In minor units of the currency')),
      currency: z.string().check(z.describe('ISO 4217')),
    }),
    from: ({ id, data: { period, plan, amount, currency } }) => ({
      userId: id,
      period,
      plan,
      amount,
      currency,
    }),
    example: { userId: '5f0c3f5e', period: '2026-01', plan: 'pro', amount: 900, currency: 'USD' },
  }),
] as const

type PrivateEventType = Exclude<EventType, (typeof catalogue)[number]['type']>

/** Why the rest stays here. A type of event that stands in neither list does not compile. */
export const privateEvents: Readonly<Record<PrivateEventType, string>> = {
  UserProfileChanged: 'A name is personal, and nothing else is in it.',
  UploadValidated: 'A step on the way to the end, which is published.',
  UploadQuotaReserved: 'A step on the way to the end, which is published.',
  UploadMetadataRead: 'A step on the way to the end, which is published.',
  UploadThumbnailMade: 'A step on the way to the end, which is published.',
  QuotaReserved: 'Bookkeeping about an upload, whose own events are published.',
  QuotaUsed: 'Bookkeeping about an upload, whose own events are published.',
  QuotaReleased: 'Bookkeeping about an upload, whose own events are published.',
  ProjectDescribed: 'A description is free text for the members, and nothing outside depends on it.',
}

export const publicEvents: readonly CatalogueEntry[] = catalogue

const byType = new Map<string, CatalogueEntry>(publicEvents.map((event) => [event.type, event]))

/** The catalogue's entry for a type of event; none for a private one. */
export function publicEventOf(type: EventType): CatalogueEntry | undefined {
  return byType.get(type)
}
