import * as z from 'zod/mini'
import { Problem } from '../../domain/kernel/problem.ts'
import { syntax } from './client-text.ts'

/** The start of the next page of a list. It names the build of the read model that the last page came from. */
export interface Cursor {
  readonly build: string
  /** Sort key of the last item on the preceding page. */
  readonly after: string
}

export function encodeCursor({ build, after }: Cursor): string {
  return Buffer.from(JSON.stringify([build, after])).toString('base64url')
}

/**
 * Throws `invalid-input` for a text that is not a cursor, and for a cursor of a build that does not exist, or no longer
 * exists.
 */
export function parseCursor(encoded: string, isThere: (build: string) => boolean): Cursor {
  const text = syntax.cursor.test(encoded) ? Buffer.from(encoded, 'base64url').toString() : ''
  const parsed = cursor.safeParse(parseJson(text))
  if (!parsed.success || !isThere(parsed.data[0])) {
    throw new Problem(
      'invalid-input',
      'The cursor is not valid, or no longer valid. Start from the first page.',
      {
        errors: [{ path: '/cursor', message: 'Send the cursor of the preceding page.' }],
      },
    )
  }
  const [build, after] = parsed.data
  return { build, after }
}

/** Maximum bytes of a sort key in DynamoDB. */
const maxSortKeyBytes = 1024

const cursor = z.tuple([
  z.string(),
  z.string().check(
    z.minLength(1),
    z.refine((after) => after.isWellFormed() && Buffer.byteLength(after) <= maxSortKeyBytes),
  ),
])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
