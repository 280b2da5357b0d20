import type { Clock } from '../../domain/kernel/clock.ts'
import { seeded } from '../kit/seeded.ts'

/** Time that passes only when everyone waits, and then at once. Everything that sleeps takes its turn by it. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. Throws where nobody waits for anything and it is not. */
  run<T>(work: Promise<T>): Promise<T>
}

/** A schedule that has not come to rest after so many steps never will. */
const maxSteps = 100_000

interface Timer {
  readonly at: number
  readonly wake: () => void
}

export function virtualClock(seed: string, start = Date.parse('2026-01-01T00:00:00.000Z')): VirtualClock {
  const chance = seeded(`${seed} clock`)
  /** In the order in which they wake. */
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
      // Whoever awaits `settled` learns of a failure.
      settled.catch(() => {})
      for (let steps = 0; ; steps++) {
        // Promises that can go on have gone on by then: nothing here waits for the outside.
        await new Promise((next) => setImmediate(next))
        if (done) return settled
        const timer = timers.shift()
        if (timer === undefined) throw new Error('everyone waits for what never happens')
        if (steps > maxSteps) throw new Error(`it has not come to rest after ${maxSteps} steps`)
        elapsed = timer.at
        timer.wake()
      }
    },
  }
}
