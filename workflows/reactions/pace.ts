import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../domain/kernel/clock.ts'

/** Returns a function that waits until this many milliseconds have passed since it last returned. */
export function createPace(
  intervalMs: number,
  clock: Clock,
  wait: (ms: number) => Promise<unknown> = delay,
): () => Promise<void> {
  let next = 0
  return async () => {
    const now = clock.now()
    if (now < next) await wait(next - now)
    next = Math.max(now, next) + intervalMs
  }
}
