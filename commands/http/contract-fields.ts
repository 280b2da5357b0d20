import * as z from 'zod/mini'

/** An id in the body of a command. */
export { id as idOf } from '../../domain/kernel/text.ts'

/** A moment in an answer. */
export const timestamp = z.iso.datetime({ precision: 3 })

/** The fields that every item of one aggregate has. */
export const itemFields = {
  id: z.string(),
  version: z.int().check(z.positive()),
  createdAt: timestamp,
  updatedAt: timestamp,
}
