import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { text } from '../kernel/text.ts'

export const personName = text({ min: 1, max: 100 }).check(z.describe('1 to 100 characters'))

/** Loose on purpose: whether an address exists is shown by the code that was sent to it. */
export const emailAddress = text({ min: 3, max: 254 }).check(
  z.regex(/^[^\s@]+@[^\s@]+$/, 'Not an email address.'),
  z.describe('An email address, up to 254 characters'),
)

/** Stored permanently: a change of shape is a new `schema` with an upcaster, and a fixture of the old one. */
const definitions = {
  /** `emailKey` is the address as it was normalised at that time, which is what the stream holds from then on. */
  UserRegistered: {
    schema: 1,
    data: z.strictObject({ email: z.string(), emailKey: z.string(), name: z.string() }),
  },
  UserProfileChanged: { schema: 1, data: z.strictObject({ name: z.string() }) },
  /** Nothing personal: it is published, and outlives the account. */
  UserDeleted: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type UserEvent = EventOf<typeof definitions>

export const userEvents = codec(definitions)
