import * as z from 'zod/mini'
import type { Event } from '../../domain/kernel/event.ts'
import { projectEvents } from '../../domain/project/events.ts'
import { userEvents } from '../../domain/user/events.ts'

/** The codec of each kind of stream. An event of any other kind is parked. */
export const codecs = {
  project: projectEvents,
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
] as const

type PrivateEventType = Exclude<EventType, (typeof catalogue)[number]['type']>

/** Why the rest stays here. A type of event that stands in neither list does not compile. */
export const privateEvents: Readonly<Record<PrivateEventType, string>> = {
  UserProfileChanged: 'A name is personal, and nothing else is in it.',
  ProjectDescribed: 'A description is free text for the members, and nothing outside depends on it.',
}

export const publicEvents: readonly CatalogueEntry[] = catalogue

const byType = new Map<string, CatalogueEntry>(publicEvents.map((event) => [event.type, event]))

/** The catalogue's entry for a type of event; none for a private one. */
export function publicEventOf(type: EventType): CatalogueEntry | undefined {
  return byType.get(type)
}
