import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (milliseconds) => setTimeout(milliseconds),
  random: () => Math.random(),
}

/**
 * A deadline this number of milliseconds from now. The time left is rounded down to whole milliseconds, because timers
 * need integers.
 */
export function deadlineIn(milliseconds: number, clock: Clock = systemClock): Deadline {
  const end = clock.elapsed() + milliseconds
  return { left: () => Math.floor(end - clock.elapsed()) }
}
