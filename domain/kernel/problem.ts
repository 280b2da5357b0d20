/**
 * The closed set of errors. Each has a stable code, the data to act on and, in `detail`, the next step. Two places
 * translate them: `commands/http/problem-details.ts` to HTTP, adding the errors of HTTP itself, and the projector to
 * the outcome of a batch of the stream.
 */
export type ProblemCode =
  | 'invalid-input' // fix the fields in `errors`
  | 'unauthenticated' // sign in and use the access token
  | 'forbidden' // ask the owner for permission
  | 'not-found' // unknown to this client
  | 'account-deleted' // permanent: sign up again
  | 'key-reused' // the Idempotency-Key was used with another body
  | 'taken' // choose another value; `rule` is the aggregate's code for it, if it has one
  | 'version-mismatch' // read and decide again
  | 'too-large' // permanent: send less
  | 'refused' // `rule` names the business rule
  | 'unavailable' // retry later with the same key
  | 'unreadable' // this code cannot parse the event
  | 'internal'

export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body; the empty string is the body itself. */
  readonly path: string
  readonly message: string
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[]
  /** Name of the business rule, such as `project-archived`. */
  readonly rule?: string
  readonly retryAfterSeconds?: number
  /** Whether the client caused the error although its status is a 5xx. The log then records no error. */
  readonly clientsFault?: boolean
  readonly cause?: unknown
}

export class Problem extends Error {
  readonly code: ProblemCode
  readonly errors: readonly FieldError[] | undefined
  readonly rule: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly clientsFault: boolean

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.errors = options.errors
    this.rule = options.rule
    this.retryAfterSeconds = options.retryAfterSeconds
    this.clientsFault = options.clientsFault ?? false
  }
}

/** Makes the problem of a business rule that rejects a command. The same command is refused until the state changes. */
export function refusal(rule: string, detail: string): Problem {
  return new Problem('refused', detail, { rule })
}

/**
 * Makes the problem of a deleted account. It is permanent for the id. The address may be registered again under another
 * id.
 */
export function accountDeleted(): Problem {
  return new Problem('account-deleted', 'This account was deleted. Sign up again to come back.')
}
