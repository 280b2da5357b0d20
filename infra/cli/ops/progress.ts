import type { Clock } from '../../../domain/kernel/clock.ts'

/** A line about what takes long comes no more often than this. */
const pauseMs = 5_000

/** Tells how far something has come that began now, with how much of it was done a second. */
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
