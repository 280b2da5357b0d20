import { backoff, type Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'

/** Maximum time to try a change of a list or of a checkpoint, in milliseconds. */
export const moveMs = 10_000

/**
 * Repeats a change until it succeeds. `attempt` returns undefined if another process was faster, or if the outcome is
 * unknown. Each wait is longer than the one before. Throws `unavailable` past the deadline.
 */
export async function untilMoved<Result>(
  { clock, deadline }: { readonly clock: Clock; readonly deadline: Deadline },
  attempt: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let tries = 0; ; tries++) {
    const result = await attempt()
    if (result !== undefined) return result
    const pause = backoff(tries, clock.random)
    if (deadline.left() <= pause)
      throw new Problem('unavailable', 'The read model is busy. Try again.', { retryAfterSeconds: 1 })
    await clock.sleep(pause)
  }
}
