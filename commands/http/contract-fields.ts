import * as z from 'zod/mini'

/** An id in the body of a command. */
export { id as idOf } from '../../domain/kernel/text.ts'

/** A time in an answer. */
export const timestamp = z.iso.datetime({ precision: 3 })

/** A text in an answer, with an example for the OpenAPI document. */
export function textLike(example: string): z.ZodMiniString {
  return z.string().check(z.meta({ examples: [example] }))
}

/** An id in an answer. */
export const idLike = textLike('5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e')

/** The fields that every item of an aggregate has. */
export const itemFields = {
  id: idLike,
  version: z.int().check(z.positive()),
  createdAt: timestamp,
  updatedAt: timestamp,
}
