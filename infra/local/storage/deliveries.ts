import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../gateway/aws-service.ts'
import { openJournal } from './journal.ts'

/** Accepted work that is not yet done. Times are milliseconds since the epoch. */
interface Pending<Work> {
  readonly work: Work
  readonly acceptedAt: number
  readonly dueAt: number
  /** Number of attempts so far. */
  readonly attempts: number
}

/** The limits of the attempts. `retries` counts the attempts after the first. */
export interface Limits {
  readonly retries: number
  readonly maxAgeMs: number
}

/** The reason why work was given up: the limit that was reached, if any, and the last failure, if any. */
export interface GivenUp<Failure> {
  readonly id: string
  readonly attempts: number
  readonly failure: Failure | undefined
  readonly exhausted: 'retries' | 'age' | undefined
}

export interface Deliveries<Work> {
  /**
   * Adds work. Once this returns, the work survives `kill -9`. The first attempt and the work's age start after the
   * delay.
   */
  add(work: Work, delayMs?: number): void
  /** Starts no further attempt, and waits a moment for running ones. Unfinished work stays in the journal. */
  close(): Promise<void>
}

const closeWithinMs = 2000

/**
 * Delivers added work at least once, from a journal in `file`. Work that an earlier run left is delivered, too.
 * `attempt` receives the number of the attempt, from 1, and resolves to the failure, if it failed. A `final` failure
 * is not retried. `delaysMs` lists the waits before the retries; its last entry also applies to all further ones.
 */
export function openDeliveries<Work, Failure extends { readonly final?: boolean }>(o: {
  readonly file: string
  readonly delaysMs: readonly number[]
  readonly limitsOf: (work: Work) => Limits
  readonly attempt: (work: Work, id: string, number: number) => Promise<Failure | undefined>
  readonly giveUp: (work: Work, end: GivenUp<Failure>) => void
  readonly log: Log
}): Deliveries<Work> {
  const journal = openJournal<Pending<Work>>(o.file)
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let state: 'open' | 'closing' | 'closed' = 'open'

  function wait(id: string, pending: Pending<Work>): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      const run = deliver(id, pending)
        .catch((error: unknown) => o.log('local cloud', `${o.file} keeps ${id} for the next start: ${error}`))
        .finally(() => running.delete(run))
      running.add(run)
    }, pending.dueAt - Date.now())
    timers.add(timer)
  }

  function keep(id: string, pending: Pending<Work>): void {
    journal.set(id, pending)
    if (state === 'open') wait(id, pending)
  }

  async function deliver(id: string, { work, acceptedAt, attempts }: Pending<Work>): Promise<void> {
    const { retries, maxAgeMs } = o.limitsOf(work)
    const isLate = (at: number) => at - acceptedAt > maxAgeMs
    if (isLate(Date.now())) {
      o.giveUp(work, { id, attempts, failure: undefined, exhausted: 'age' })
      return journal.delete(id)
    }
    const failure = await o.attempt(work, id, attempts + 1)
    if (state === 'closed') return
    const next = { work, acceptedAt, dueAt: Date.now() + (o.delaysMs.slice(0, attempts + 1).at(-1) ?? 0) }
    const limit = attempts >= retries ? 'retries' : isLate(next.dueAt) ? 'age' : undefined
    const exhausted = failure?.final ? undefined : limit
    if (failure && !failure.final && !exhausted) return keep(id, { ...next, attempts: attempts + 1 })
    if (failure) o.giveUp(work, { id, attempts: attempts + 1, failure, exhausted })
    journal.delete(id)
  }

  for (const [id, pending] of journal.entries()) wait(id, pending)
  return {
    add(work, delayMs = 0) {
      const at = Date.now() + delayMs
      keep(randomUUID(), { work, acceptedAt: at, dueAt: at, attempts: 0 })
    },
    async close() {
      state = 'closing'
      for (const timer of timers) clearTimeout(timer)
      await Promise.race([Promise.all(running), delay(closeWithinMs, undefined, { ref: false })])
      state = 'closed'
    },
  }
}
