import { backoff, type Clock } from '../../../domain/kernel/clock.ts'
import { Problem } from '../../../domain/kernel/problem.ts'

/** Maximum number of attempts. Long work does not stop for one failed request, because all of it would be lost. */
const maxAttempts = 10

/**
 * Retries a temporary failure, with growing pauses. Throws a permanent failure, and a temporary one after the last
 * attempt.
 */
export async function retryUnavailable<T>(clock: Clock, run: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isUnavailable(error) || attempt === maxAttempts) throw error
      await clock.sleep(backoff(attempt, clock.random))
    }
  }
}

/** Whether a failure is temporary. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.code === 'unavailable'
}
