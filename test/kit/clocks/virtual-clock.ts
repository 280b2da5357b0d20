import { setImmediate as turn } from 'node:timers/promises'
import type { ExecutionClock } from '../../../infra/local/index.ts'

/**
 * A clock that jumps to the next wake-up as soon as there is nothing else to do. Waiting takes no real time,
 * and sleepers wake in order.
 */
export function virtualClock(start = Date.parse('2026-01-01T00:00:00.000Z')): ExecutionClock {
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  let now = start
  let isTurning = false

  async function run(): Promise<void> {
    isTurning = true
    for (await turn(); sleepers.size > 0; await turn()) {
      const [next] = [...sleepers].sort((one, other) => one.at - other.at)
      now = Math.max(now, next?.at ?? now)
      next?.wake()
    }
    isTurning = false
  }

  return {
    now: () => now,
    random: () => 0.5,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => () => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', abort)
          settle()
        }
        const sleeper = { at: now + milliseconds, wake: end(resolve) }
        const abort = end(() => reject(signal.reason))
        if (signal.aborted) return abort()
        signal.addEventListener('abort', abort, { once: true })
        sleepers.add(sleeper)
        if (!isTurning) void run()
      }),
  }
}
