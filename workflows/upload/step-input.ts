import * as z from 'zod/mini'

const named = z.string().check(z.minLength(1))

/** The upload that a step works on, and the run of the pipeline. */
const ids = { uploadId: named, run: named }

/** The input of a step. `etag` is the tag of the incoming file when the run started. */
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
    /** Cause of the failure, for the log. */
    cause: z.string(),
  }),
])

export type StepInput = z.infer<typeof stepInput>

/**
 * The result that selects the next state. `go-on`: the step is done. `ended`: the upload has ended, and the file was
 * removed. `other-run`: another run handles or handled the upload, so this run has nothing to do. `rejected`: the
 * upload is rejected for a reason.
 */
export type StepOutcome =
  | { readonly outcome: 'go-on' | 'ended' | 'other-run' }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly projectVersion?: number }
