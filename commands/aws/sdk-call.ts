import { Problem } from '../../domain/kernel/problem.ts'

/** Cuts a call off after so many milliseconds. */
export function within(timeoutMs: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))) }
}

export type Failure = 'definite' | 'unknown'

/**
 * Whether an error says for sure that nothing was written and that trying again is of no use. A time-out, a
 * lost connection, a 5xx or a throttled try does not, nor does a conflict with a transaction in flight.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return 'unknown'
  if (transient.has(error.name)) return 'unknown'
  const { $fault, $metadata } = error as { $fault?: unknown; $metadata?: { httpStatusCode?: number } } // SDK errors carry these
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
 * Turns what a call failed by into the error to throw: itself where it is definite, and `unavailable` with
 * this detail otherwise.
 */
export function orUnavailable(detail: string): (cause: unknown) => never {
  return (cause) => {
    if (failureOf(cause) === 'definite') throw cause
    throw new Problem('unavailable', detail, { retryAfterSeconds: 1, cause })
  }
}
