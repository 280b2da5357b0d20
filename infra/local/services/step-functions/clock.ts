import { setTimeout as delay } from 'node:timers/promises'

/** The clock and the random numbers of the interpreter. */
export interface ExecutionClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason once that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random(): number
}

/** Maximum wait of a timer in Node. */
const longestMs = 2 ** 31 - 1

export const systemClock: ExecutionClock = {
  now: Date.now,
  random: Math.random,
  async sleep(milliseconds, signal) {
    const end = Date.now() + milliseconds
    try {
      for (let left = milliseconds; left > 0; left = end - Date.now())
        await delay(Math.min(left, longestMs), undefined, { signal })
    } catch {
      throw signal.reason
    }
  },
}
