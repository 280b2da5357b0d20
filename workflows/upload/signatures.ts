import type { PictureType } from '../../domain/upload/events.ts'

/** Number of leading bytes that show the type of a picture. */
export const signatureBytes = 12

const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0))

/** The leading bytes of each type of file, by their position, from the specifications of the formats. */
const signatures: readonly [PictureType, readonly (readonly [at: number, bytes: readonly number[]])[]][] = [
  ['image/jpeg', [[0, [0xff, 0xd8, 0xff]]]],
  ['image/png', [[0, [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a]]]],
  ['image/gif', [[0, ascii('GIF8')]]],
  [
    'image/webp',
    [
      [0, ascii('RIFF')],
      [8, ascii('WEBP')],
    ],
  ],
]

/** Returns the type of a picture from its leading bytes. Its name does not matter. Undefined for any other file. */
export function pictureTypeOf(head: Uint8Array): PictureType | undefined {
  return signatures.find(([, parts]) =>
    parts.every(([at, bytes]) => bytes.every((byte, index) => head[at + index] === byte)),
  )?.[0]
}
