import type * as z from 'zod/mini'
import type { FieldError } from '../../domain/kernel/problem.ts'
import '../../domain/kernel/schema-messages.ts'
import { invalidInput, pointer } from './client-text.ts'

/** Parses the input of a client. Throws `invalid-input` with the paths of the invalid fields. */
export function validate<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw invalidInput(`The ${what} is not valid. See errors.`, parsed.error.issues.flatMap(fieldErrors))
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pointer([...issue.path, key]), message: 'Unknown field.' }))
  }
  return [{ path: pointer(issue.path), message: issue.message }]
}
