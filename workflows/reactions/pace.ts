import type { Clock } from '../../domain/kernel/clock.ts'

/** Returns a function that waits until this many milliseconds have passed since its last call was let through. */
export function createPace(intervalMs: number, clock: Pick<Clock, 'now' | 'sleep'>): () => Promise<void> {
  let next = 0
  return async () => {
    const now = clock.now()
    if (now < next) await clock.sleep(next - now)
    next = Math.max(now, next) + intervalMs
  }
}
