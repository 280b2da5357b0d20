import { setTimeout as delay } from 'node:timers/promises'

/** Time, as the interpreter knows it. */
export interface ExecutionClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason once that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** From 0 to below 1. */
  random(): number
}

/** The longest that a timer of Node can wait. */
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
