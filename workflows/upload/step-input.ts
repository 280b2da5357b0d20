import * as z from 'zod/mini'

const named = z.string().check(z.minLength(1))

/** The upload that a step is about, and the run of the pipeline that it belongs to. */
const part = { uploadId: named, run: named }

/** `etag` is that of the incoming file as the run found it. */
export const stepInput = z.discriminatedUnion('step', [
  z.object({ step: z.literal('validate'), ...part, etag: named }),
  z.object({ step: z.literal('reserve-quota'), ...part }),
  z.object({ step: z.literal('record-metadata'), ...part, width: z.int(), height: z.int() }),
  z.object({ step: z.literal('record-thumbnail'), ...part }),
  z.object({ step: z.literal('complete'), ...part, etag: named }),
  z.object({
    step: z.literal('close'),
    ...part,
    as: z.enum(['rejected', 'failed']),
    reason: z.string(),
    /** Of the failure, for the log. */
    cause: z.string(),
  }),
])

export type StepInput = z.infer<typeof stepInput>

/**
 * What the state machine goes on by. `go-on`: it is done. `ended`: nobody waits for this file, which is removed.
 * `other-run`: another run is at it, or was, and this one has nothing to do. `rejected`: for a reason.
 */
export type StepOutcome =
  | { readonly outcome: 'go-on' | 'ended' | 'other-run' }
  | { readonly outcome: 'rejected'; readonly reason: string }
