/** Why a state failed, as `Retry` and `Catch` know it: an error's name and, as a text, its cause. */
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

/** Thrown when work is given up because its result is no longer needed. */
export class Abandoned extends Error {
  readonly because: 'closed' | 'timed-out' | 'branch-failed'
  constructor(because: Abandoned['because']) {
    super(`Abandoned: ${because}`)
    this.name = 'Abandoned'
    this.because = because
  }
}

/** The message of a function that failed, from the JSON of the cause. */
function messageOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause)
    return typeof errorMessage === 'string' ? errorMessage : cause
  } catch {
    return cause
  }
}
