import * as z from 'zod/mini'

/**
 * Text as people write it: trimmed, without control characters, and well-formed, because DynamoDB stores
 * UTF-8 and would silently replace half a surrogate pair. `max` counts UTF-16 units.
 */
export function text(options: { min?: number; max: number; lines?: boolean }): z.ZodMiniString {
  const control = options.lines ? /^(?:[^\p{Cc}]|[\n\r\t])*$/u : /^[^\p{Cc}]*$/u
  const { min = 0, max } = options
  return z.string().check(
    z.trim(),
    z.minLength(min, `Give at least ${min} character${min === 1 ? '' : 's'}.`),
    z.maxLength(max, `At most ${max} characters.`),
    z.regex(control, 'Control characters are not allowed.'),
    z.refine((value) => value.isWellFormed(), 'Half a surrogate pair is not allowed.'),
  )
}
