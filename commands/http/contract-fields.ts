import * as z from 'zod'

/** A moment in an answer. */
export const timestamp = z.iso.datetime({ precision: 3 })

/** What every item that stands for one aggregate carries besides its own. */
export const itemFields = {
  id: z.string(),
  version: z.int().positive(),
  createdAt: timestamp,
  updatedAt: timestamp,
}
