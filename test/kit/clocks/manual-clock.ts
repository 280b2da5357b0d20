import type { Clock } from '../../../domain/kernel/clock.ts'

/** A clock that only sleeping moves, so that what waits takes no time; `now` can be set, also back. */
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
