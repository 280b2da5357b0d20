import type { Clock } from '../../domain/kernel/clock.ts'
import { seeded } from '../kit/seeded.ts'

/**
 * A clock whose time jumps ahead as soon as everyone waits, and never passes otherwise. It wakes the sleepers one after
 * another.
 */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. Throws an Error if nothing waits and the work is not done. */
  run<T>(work: Promise<T>): Promise<T>
}

/** Maximum number of steps in a schedule. One that is still busy after them never becomes idle. */
const maxSteps = 100_000

interface Timer {
  readonly at: number
  readonly wake: () => void
}

export function virtualClock(seed: string, start = Date.parse('2026-01-01T00:00:00.000Z')): VirtualClock {
  const chance = seeded(`${seed} clock`)
  /** Sorted by the time at which they wake. */
  const timers: Timer[] = []
  let elapsed = 0

  return {
    now: () => start + Math.floor(elapsed),
    elapsed: () => elapsed,
    random: chance.next,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        const at = elapsed + Math.max(0, milliseconds)
        let place = timers.length
        while (place > 0 && (timers[place - 1]?.at ?? 0) > at) place--
        timers.splice(place, 0, { at, wake })
      }),
    async run(work) {
      let done = false
      const settled = work.finally(() => {
        done = true
      })
      // A failure reaches the caller that awaits `settled`.
      settled.catch(() => {})
      for (let steps = 0; ; steps++) {
        // By then, every promise that can continue has continued, because nothing here waits for the outside
        // world.
        await new Promise((next) => setImmediate(next))
        if (done) return settled
        const timer = timers.shift()
        if (timer === undefined) throw new Error('everyone waits for something that never happens')
        if (steps > maxSteps) throw new Error(`it is not idle after ${maxSteps} steps`)
        elapsed = timer.at
        timer.wake()
      }
    },
  }
}
