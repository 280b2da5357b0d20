import * as z from 'zod/mini'
import { Problem } from '../../domain/kernel/problem.ts'
import { syntax } from './client-text.ts'

/** Where the next page of a list starts. It names the build of the read model that it was made from. */
export interface Cursor {
  readonly build: string
  /** Sort key of the last item of the page before. */
  readonly after: string
}

export function encodeCursor({ build, after }: Cursor): string {
  return Buffer.from(JSON.stringify([build, after])).toString('base64url')
}

/** Throws `invalid-input` for a text that is not a cursor, or one of a build that is not there (any more). */
export function parseCursor(encoded: string, isThere: (build: string) => boolean): Cursor {
  const text = syntax.cursor.test(encoded) ? Buffer.from(encoded, 'base64url').toString() : ''
  const parsed = cursor.safeParse(parseJson(text))
  if (!parsed.success || !isThere(parsed.data[0])) {
    throw new Problem('invalid-input', 'The cursor is not valid here. Start from the first page.', {
      errors: [{ path: '/cursor', message: 'Give the cursor that the page before answered.' }],
    })
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
