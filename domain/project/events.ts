import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { text } from '../kernel/text.ts'

export const projectTitle = text({ min: 1, max: 200 }).check(
  z.describe('1 to 200 characters'),
  z.meta({ examples: ['Atlas'] }),
)
export const projectDescription = text({ max: 2000, lines: true }).check(
  z.describe('Up to 2,000 characters'),
  z.meta({ examples: ['Maps of the whole world'] }),
)
export const memberRole = z
  .enum(['editor', 'viewer'])
  .check(z.describe('An editor may rename and describe the project; a viewer may only read it'))

/** The role of a person who was added to a project. */
export type MemberRole = z.infer<typeof memberRole>

const member = z.strictObject({ userId: z.string(), role: memberRole })

/**
 * Stored permanently. To change a shape, raise `schema` and add the upcaster from the previous number to the same
 * entry: `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  ProjectCreated: {
    schema: 1,
    data: z.strictObject({ ownerId: z.string(), title: z.string(), description: z.string() }),
  },
  ProjectRenamed: { schema: 1, data: z.strictObject({ title: z.string() }) },
  ProjectDescribed: { schema: 1, data: z.strictObject({ description: z.string() }) },
  ProjectArchived: { schema: 1, data: z.strictObject({}) },
  ProjectRestored: { schema: 1, data: z.strictObject({}) },
  ProjectMemberAdded: { schema: 1, data: member },
  ProjectMemberRoleChanged: { schema: 1, data: member },
  ProjectMemberRemoved: { schema: 1, data: z.strictObject({ userId: z.string() }) },
} as const satisfies EventDefinitions

export type ProjectEvent = EventOf<typeof definitions>

/** The fields that a person gives to a new project. The command and the state have them, too. */
export type ProjectDetails = Readonly<
  Omit<Extract<ProjectEvent, { type: 'ProjectCreated' }>['data'], 'ownerId'>
>

export const projectEvents = codec(definitions)
