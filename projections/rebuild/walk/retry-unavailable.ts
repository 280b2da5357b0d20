import { backoff, type Clock } from '../../../domain/kernel/clock.ts'
import { Problem } from '../../../domain/kernel/problem.ts'

/** Maximum attempts. Long work is not given up for one failed request, which would waste all of it. */
const maxAttempts = 10

/** Tries again, with longer and longer pauses, what may pass. Throws what does not, or not in so many times. */
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

/** Whether a failure may pass. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.code === 'unavailable'
}
