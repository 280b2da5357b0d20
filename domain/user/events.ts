import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { lineCharacterExcept, text } from '../kernel/text.ts'

export const personName = text({ min: 1, max: 100 }).check(
  z.describe('1 to 100 characters'),
  z.meta({ examples: ['Ann'] }),
)

/** Maximum bytes of an address in its normalised form, which is the sort key of a reservation in DynamoDB. */
const maxAddressBytes = 1024

const addressCharacter = lineCharacterExcept('\\s@')

/** Loose on purpose: the code that is sent to an address shows whether it exists. */
export const emailAddress = text({ min: 3, max: 254 }).check(
  z.regex(/^[^\s@]+@[^\s@]+$/, 'Not an email address.'),
  z.refine(
    (value) => Buffer.byteLength(normalAddress(value)) <= maxAddressBytes,
    `At most ${maxAddressBytes} bytes.`,
  ),
  z.describe('An email address, up to 254 characters'),
  z.meta({ examples: ['ann@example.com'], pattern: `^${addressCharacter}+@${addressCharacter}+$` }),
)

/**
 * An address as it is compared: two that differ only in case or in the composition of their characters are one. It is
 * in lower case and in the normalisation form C of Unicode. Either step can undo the other, so both are repeated until
 * nothing changes.
 */
export function normalAddress(email: string): string {
  const normal = email.trim().toLowerCase().normalize('NFC')
  return normal === email ? normal : normalAddress(normal)
}

/**
 * Stored permanently. A change of shape raises `schema` and adds the upcaster from the number before to the same entry, as
 * `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
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
