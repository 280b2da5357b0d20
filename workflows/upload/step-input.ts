import * as z from 'zod/mini'

const named = z.string().check(z.minLength(1))

/** The upload that a step is about, and its run of the pipeline. */
const ids = { uploadId: named, run: named }

/** The input of a step. `etag` is that of the incoming file as the run found it. */
export const stepInput = z.discriminatedUnion('step', [
  z.object({ step: z.literal('validate'), ...ids, etag: named }),
  z.object({ step: z.literal('reserve-quota'), ...ids }),
  z.object({ step: z.literal('record-metadata'), ...ids, width: z.int(), height: z.int() }),
  z.object({ step: z.literal('record-thumbnail'), ...ids }),
  z.object({ step: z.literal('complete'), ...ids, etag: named }),
  z.object({
    step: z.literal('close'),
    ...ids,
    as: z.enum(['rejected', 'failed']),
    reason: z.string(),
    /** Version of the project that a rejection depends on; 0 or absent if it depends on none. */
    projectVersion: z.optional(z.int()),
    /** Of the failure, for the log. */
    cause: z.string(),
  }),
])

export type StepInput = z.infer<typeof stepInput>

/**
 * The result that the state machine decides by. `go-on`: the step is done. `ended`: nobody waits for this file, which is
 * removed. `other-run`: another run handles the upload, or did, and this one has nothing to do. `rejected`: for a reason.
 */
export type StepOutcome =
  | { readonly outcome: 'go-on' | 'ended' | 'other-run' }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly projectVersion?: number }
