import * as z from 'zod'
import { AwsError } from '../../gateway/aws-service.ts'

const refusal = (code: string) => (message: string) => new AwsError(code, message)
export const invalid = refusal('InvalidParameterException')
export const notAuthorized = refusal('NotAuthorizedException')
export const notFound = refusal('ResourceNotFoundException')
export const userNotFound = () => new AwsError('UserNotFoundException', 'User does not exist.')

const invalidPlace = (place: string, reason: string): Error =>
  invalid(`1 validation error detected: Value at '${place}' failed to satisfy constraint: ${reason}`)

/** Checks a value. Throws the error that `refuse` makes for the first invalid place. */
export function read<S extends z.ZodType>(schema: S, value: unknown, refuse = invalidPlace): z.output<S> {
  const { data, error } = schema.safeParse(value)
  const issue = error?.issues[0]
  if (issue) throw refuse(issue.path.join('.'), issue.message)
  return data as z.output<S> // without an error, the schema gives it this type
}

/** Returns these members of an object, each a text. Throws as `read` does. */
export function texts<K extends string>(value: unknown, ...names: readonly K[]): Readonly<Record<K, string>> {
  const shape = Object.fromEntries(names.map((name) => [name, z.string().min(1).max(8_192)]))
  return read(z.object(shape), value) as Record<K, string> // the shape has these names
}
