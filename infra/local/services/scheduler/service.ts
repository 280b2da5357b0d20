import { join } from 'node:path'
import type { Log } from '../../gateway/aws-service.ts'
import { openJournal } from '../../storage/journal.ts'
import { latestBetween } from './expression.ts'
import { openRuns } from './runs.ts'
import { isoSeconds } from './target-input.ts'
import type { Schedule } from './template.ts'

export interface Scheduler {
  list(): readonly ListedSchedule[]
  /**
   * Runs a schedule now, one that is disabled too, and changes nothing of its times. Returns the time that it runs
   * for; `undefined` where there is no such schedule.
   */
  runNow(logicalId: string): string | undefined
  /** Hands no further time on: it is missed. */
  close(): Promise<void>
}

export interface ListedSchedule extends Pick<Schedule, 'logicalId' | 'expression' | 'zone' | 'enabled'> {
  /** As `2026-01-02T03:04:05Z`; `null` where it runs no more. */
  readonly next: string | null
}

/** Times are milliseconds since the epoch. */
interface Progress {
  readonly identity: string
  /** When the schedule came to be. */
  readonly begin: number
  /** The time that was last handed on, or just before it came to be. */
  readonly last: number
}

/** How often the clock is looked at at least: what sleeps with the laptop does not count the time. */
const lookMs = 60_000

/**
 * EventBridge Scheduler: hands each time of a schedule to its target, at least once, with its retries and to its
 * dead-letter queue at last (EventBridge Scheduler user guide).
 *
 * AWS is never down; a laptop is for most of its time. Of the times that passed meanwhile the latest is handed on at
 * the start, and no other: what runs on a schedule does all there is to do, and a night of `rate(5 minutes)` would be a
 * hundred runs at once. A schedule that no longer says what it said at the last start begins anew.
 */
export function openScheduler(o: {
  readonly dataDir: string
  readonly schedules: readonly Schedule[]
  /** Hands an input to a function. Throws `ResourceNotFoundException` where there is none. */
  readonly invoke: (targetArn: string, input: unknown) => void
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): Scheduler {
  const schedules = new Map(o.schedules.map((schedule) => [schedule.logicalId, schedule]))
  const progress = openJournal<Progress>(join(o.dataDir, 'schedules.jsonl'))
  const timers = new Map<string, NodeJS.Timeout>()

  const deliveries = openRuns({ ...o, schedules })

  /** As of the last start, or anew. */
  function progressOf({ logicalId, identity }: Schedule): Progress {
    const known = progress.get(logicalId)
    if (known?.identity === identity) return known
    const begin = Date.now()
    const fresh = { identity, begin, last: begin - 1 }
    progress.set(logicalId, fresh)
    return fresh
  }

  /** Hands on what is due, and looks again when something may be. */
  function look(schedule: Schedule): void {
    const { logicalId, windowMs } = schedule
    const known = progressOf(schedule)
    const now = Date.now()
    const nextAfter = schedule.times(known.begin)
    const due = latestBetween(nextAfter, known.last, now)
    const next = nextAfter(now)
    if (due !== undefined) {
      const then = next === undefined ? 'for the last time' : `next for ${isoSeconds(next)}`
      o.log(logicalId, `runs for ${isoSeconds(due)}, ${then}`)
      // Twice at worst, where a kill comes between the two.
      deliveries.add({ logicalId, scheduledAt: due }, Math.floor(Math.random() * windowMs))
      progress.set(logicalId, { ...known, last: due })
    }
    if (next !== undefined) timers.set(logicalId, setTimeout(look, Math.min(next - now, lookMs), schedule))
  }

  for (const [logicalId] of [...progress.entries()]) if (!schedules.has(logicalId)) progress.delete(logicalId)
  for (const schedule of schedules.values()) {
    progressOf(schedule)
    if (schedule.enabled) look(schedule)
  }

  return {
    list: () =>
      o.schedules.map((schedule) => {
        const { logicalId, expression, zone, enabled } = schedule
        const next = enabled ? schedule.times(progressOf(schedule).begin)(Date.now()) : undefined
        return { logicalId, expression, zone, enabled, next: next === undefined ? null : isoSeconds(next) }
      }),
    runNow(logicalId) {
      if (!schedules.has(logicalId)) return undefined
      const scheduledAt = Date.now()
      o.log(logicalId, `runs for ${isoSeconds(scheduledAt)}, as someone asked`)
      deliveries.add({ logicalId, scheduledAt })
      return isoSeconds(scheduledAt)
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer)
      await deliveries.close()
    },
  }
}
