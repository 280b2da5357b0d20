import { Problem } from '../../domain/kernel/problem.ts'

/** Options that abort a call after this number of milliseconds. */
export function within(timeoutMs: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))) }
}

export type Failure = 'definite' | 'unknown'

/**
 * Classifies an error. `definite`: nothing was written, and a retry does not help. `unknown`: a time-out, a lost
 * connection, a 5xx, a throttled attempt, or a conflict with a transaction in flight.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return 'unknown'
  if (transient.has(error.name)) return 'unknown'
  const { $fault, $metadata } = error as { $fault?: unknown; $metadata?: { httpStatusCode?: number } } // SDK errors have these
  if ($fault !== 'client') return 'unknown'
  const status = $metadata?.httpStatusCode
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
    ? 'definite'
    : 'unknown'
}

const transient = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ReplicatedWriteConflictException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TooManyRequestsException',
])

/**
 * Whether a store refuses a request because of its content, such as an item that is too large. It refuses the same
 * request every time, so the event that caused it is at fault. A missing permission is not such a refusal.
 */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (error.name === 'ValidationException') return true
  const { CancellationReasons } = error as { CancellationReasons?: readonly { Code?: string }[] } // of a transaction
  return (CancellationReasons ?? []).some(({ Code }) => Code === 'ValidationError')
}

/** Throws the error of a failed call: the error itself if it is definite, otherwise `unavailable` with this detail. */
export function orUnavailable(detail: string): (cause: unknown) => never {
  return (cause) => {
    if (failureOf(cause) === 'definite') throw cause
    throw new Problem('unavailable', detail, { retryAfterSeconds: 1, cause })
  }
}
