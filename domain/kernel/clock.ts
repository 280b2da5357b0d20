/** Time and chance, as ports: a test or a simulation brings its own. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. It may jump. */
  now(): number
  /** Milliseconds since some moment. It never goes back. */
  elapsed(): number
  sleep(milliseconds: number): Promise<void>
  /** At least 0, less than 1. */
  random(): number
}

/**
 * How long to wait before try number `attempt` (from 0): full jitter under a ceiling that doubles from 20 ms
 * to 640 ms. Between 16 writers of one stream it took half the tries of none.
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(640, 20 * 2 ** attempt)
}
