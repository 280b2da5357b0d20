import type { Clock } from '../../../domain/kernel/clock.ts'

/** Minimum time between two progress lines. */
const pauseMs = 5_000

/** Reports the progress of work that starts now, with its rate per second. */
export function createProgress(
  clock: Pick<Clock, 'elapsed'>,
  tell: (text: string) => void,
): (done: number, line: (rate: number) => string) => void {
  const began = clock.elapsed()
  let told = began
  return (done, line) => {
    const now = clock.elapsed()
    if (now - told < pauseMs) return
    told = now
    tell(line(Math.round((done * 1000) / (now - began))))
  }
}
