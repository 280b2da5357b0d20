import * as z from 'zod'

/**
 * Text as people write it: trimmed, without control characters, and well-formed, because DynamoDB stores
 * UTF-8 and would silently replace half a surrogate pair. `max` counts UTF-16 units.
 */
export function text(options: { min?: number; max: number; lines?: boolean }): z.ZodString {
  const control = options.lines ? /^(?:[^\p{Cc}]|[\n\r\t])*$/u : /^[^\p{Cc}]*$/u
  return z
    .string()
    .trim()
    .min(options.min ?? 0, `Give at least ${options.min} character${options.min === 1 ? '' : 's'}.`)
    .max(options.max, `At most ${options.max} characters.`)
    .regex(control, 'Control characters are not allowed.')
    .refine((value) => value.isWellFormed(), 'Half a surrogate pair is not allowed.')
}
