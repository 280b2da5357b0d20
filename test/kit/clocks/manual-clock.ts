import type { Clock } from '../../../domain/kernel/clock.ts'

/**
 * A clock that moves only when something sleeps, so waiting takes no real time. `now` can be set, even back.
 */
export function manualClock(
  start = Date.parse('2026-01-01T00:00:00.000Z'),
): Clock & { setNow(now: number): void } {
  let now = start
  let elapsed = 0
  return {
    now: () => now,
    elapsed: () => elapsed,
    async sleep(milliseconds) {
      elapsed += milliseconds
      now += milliseconds
    },
    random: () => 0.5,
    setNow(next) {
      now = next
    },
  }
}
