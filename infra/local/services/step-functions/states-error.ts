/** The failure of a state, as `Retry` and `Catch` see it: the name of the error, and its cause as a text. */
export class StatesError extends Error {
  readonly error: string
  override readonly cause: string | undefined
  constructor(error: string, cause?: string) {
    super(cause === undefined ? error : `${error}: ${messageOf(cause)}`)
    this.name = 'StatesError'
    this.error = error
    this.cause = cause
  }
}

/** Thrown to abandon work whose result is no longer needed. */
export class Abandoned extends Error {
  readonly because: 'closed' | 'timed-out' | 'branch-failed'
  constructor(because: Abandoned['because']) {
    super(`Abandoned: ${because}`)
    this.name = 'Abandoned'
    this.because = because
  }
}

/** Returns the message of a failed function from the JSON of the cause. */
function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause)
    return typeof errorMessage === 'string' ? errorMessage : cause
  } catch {
    return cause
  }
}
