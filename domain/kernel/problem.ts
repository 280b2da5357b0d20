/**
 * The closed set of errors. Each has a stable code, the data to act on and, in `detail`, what to do next.
 * They are mapped once to HTTP (`commands/http/problem-details.ts`, which adds the errors of HTTP itself) and once to the
 * stream (the projector).
 */
export type ProblemCode =
  | 'invalid-input' // fix what `errors` names
  | 'unauthenticated' // sign in, use the access token
  | 'forbidden' // ask the owner for the right
  | 'not-found' // unknown, or not yours to know
  | 'account-deleted' // final: sign up again
  | 'key-reused' // another body under the same Idempotency-Key
  | 'taken' // another holds it; `rule` names what: choose another
  | 'version-mismatch' // read again, decide again
  | 'too-large' // permanent: send less
  | 'refused' // a business rule rejects it; `rule` names the rule
  | 'unavailable' // repeat later, with the same key
  | 'unreadable' // an event that this code does not know or cannot parse
  | 'internal'

export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body; the empty string is the body itself. */
  readonly path: string
  readonly message: string
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[]
  /** Name of the rule that refused, such as `project-archived`. */
  readonly rule?: string
  readonly retryAfterSeconds?: number
  /** Whether the client caused an error that is answered with a status of the server. It is then no error in the log. */
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

/** A business rule rejects the command. The same command is refused until the state has changed. */
export function refusal(rule: string, detail: string): Problem {
  return new Problem('refused', detail, { rule })
}

/** An account is closed. This is final for its id; its address may be registered again under another id. */
export function accountDeleted(): Problem {
  return new Problem('account-deleted', 'This account was deleted. Sign up again to come back.')
}
