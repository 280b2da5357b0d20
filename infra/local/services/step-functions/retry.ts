import type { Catcher, Retrier } from './definition.ts'
import type { StatesError } from './states-error.ts'

/** Errors that wildcards do not match (developer guide, "Handling errors"). */
const beyondWildcards = new Set(['States.DataLimitExceeded'])
const beyondAll = 'States.Runtime'

function matches({ ErrorEquals: names }: Retrier | Catcher, { error }: StatesError): boolean {
  if (error === beyondAll) return false
  if (names.includes(error)) return true
  if (beyondWildcards.has(error)) return false
  return names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout')
}

/**
 * Decides whether a state is retried after an error. The first retrier that names the error decides, depending on how
 * often it was used. Returns the new uses of each retrier, and the wait in milliseconds.
 */
export function retryAfter(
  retriers: readonly Retrier[],
  used: readonly number[],
  error: StatesError,
  random: () => number,
): { readonly retries: readonly number[]; readonly delayMs: number } | undefined {
  const index = retriers.findIndex((retrier) => matches(retrier, error))
  const retrier = retriers[index]
  const before = used[index] ?? 0
  if (retrier === undefined || before >= retrier.MaxAttempts) return undefined
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds = Number.POSITIVE_INFINITY, JitterStrategy } = retrier
  const seconds = Math.min(IntervalSeconds * BackoffRate ** before, MaxDelaySeconds)
  const retries = retriers.map((_, i) => (used[i] ?? 0) + (i === index ? 1 : 0))
  return { retries, delayMs: seconds * 1000 * (JitterStrategy === 'FULL' ? random() : 1) }
}

/** Returns the first catcher that names an error, with its index. */
export function catcherFor(
  catchers: readonly Catcher[],
  error: StatesError,
): readonly [number, Catcher] | undefined {
  return [...catchers.entries()].find(([, catcher]) => matches(catcher, error))
}
