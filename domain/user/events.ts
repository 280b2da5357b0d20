import * as z from 'zod/mini'
import { codec, type EventDefinitions, type EventOf } from '../kernel/codec.ts'
import { lineCharacterExcept, text } from '../kernel/text.ts'

export const personName = text({ min: 1, max: 100 }).check(
  z.describe('1 to 100 characters'),
  z.meta({ examples: ['Ann'] }),
)

/** Maximum bytes of a normalised address. It is the sort key of a reservation in DynamoDB. */
const maxAddressBytes = 1024

const addressCharacter = lineCharacterExcept('\\s@')

/** This check is loose on purpose. The code that Cognito mails to an address proves that the address exists. */
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
 * Normalises an address for comparison: two addresses that differ only in case or in the composition of characters are
 * the same. The result is in lower case and in the normalisation form C of Unicode. Either step can undo the other, so
 * both are repeated until nothing changes.
 */
export function normalAddress(email: string): string {
  const normal = email.trim().toLowerCase().normalize('NFC')
  return normal === email ? normal : normalAddress(normal)
}

/**
 * Stored permanently. To change a shape, raise `schema` and add the upcaster from the previous number to the same
 * entry: `upcast: { 1: (data) => … }`. Keep the fixture of the old shape.
 */
const definitions = {
  /** `emailKey` is the address as it was normalised at registration. The stream holds this key permanently. */
  UserRegistered: {
    schema: 1,
    data: z.strictObject({ email: z.string(), emailKey: z.string(), name: z.string() }),
  },
  UserProfileChanged: { schema: 1, data: z.strictObject({ name: z.string() }) },
  /** The event contains nothing personal, because it is published and remains after the account is deleted. */
  UserDeleted: { schema: 1, data: z.strictObject({}) },
} as const satisfies EventDefinitions

export type UserEvent = EventOf<typeof definitions>

export const userEvents = codec(definitions)
