import type * as z from 'zod/mini'
import { type FieldError, Problem } from '../../domain/kernel/problem.ts'
import '../../domain/kernel/schema-messages.ts'

/** Parses what a client sent. Throws `invalid-input` with the path of every field that is wrong. */
export function validate<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap(fieldErrors)
  throw new Problem('invalid-input', `The ${what} is not valid: see errors.`, { errors })
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pointer([...issue.path, key]), message: 'Unknown field.' }))
  }
  return [{ path: pointer(issue.path), message: issue.message }]
}

/** JSON Pointer, RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
