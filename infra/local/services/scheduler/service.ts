import { join } from 'node:path'
import type { Log } from '../../gateway/aws-service.ts'
import { openJournal } from '../../storage/journal.ts'
import { latestBetween } from './expression.ts'
import { type OnScheduleUse, openRuns } from './runs.ts'
import { isoSeconds } from './target-input.ts'
import type { Schedule } from './template.ts'

export interface Scheduler {
  list(): readonly ListedSchedule[]
  /**
   * Runs a schedule now, even if it is disabled, without changing its times. Returns the time that it runs for;
   * `undefined` if there is no such schedule.
   */
  runNow(logicalId: string): string | undefined
  /** Stops the schedules. The times after that are missed. */
  close(): Promise<void>
}

export interface ListedSchedule extends Pick<Schedule, 'logicalId' | 'expression' | 'zone' | 'enabled'> {
  /** The next time, as in `2026-01-02T03:04:05Z`; `null` if there is none. */
  readonly next: string | null
}

/** Times are milliseconds since the epoch. */
interface Progress {
  readonly identity: string
  /** When the schedule was created. */
  readonly begin: number
  /** The time of the last run, or the moment just before the schedule was created. */
  readonly last: number
}

/** Maximum time before the next check of the clock. A check is needed because timers stop while the laptop sleeps. */
const lookMs = 60_000

/**
 * Opens EventBridge Scheduler. It invokes the target for each time of a schedule, at least once. A failed invocation
 * is retried, and finally goes to the dead-letter queue (EventBridge Scheduler user guide).
 *
 * Unlike AWS, a laptop is off for most of the time. At the start, only the latest missed time is run: a scheduled
 * function does everything that is due, and a night of `rate(5 minutes)` would be a hundred runs at once. A schedule
 * whose times changed since the last start begins again.
 */
export function openScheduler(o: {
  readonly dataDir: string
  readonly schedules: readonly Schedule[]
  /** Passes an input to a function. Throws `ResourceNotFoundException` if there is no such function. */
  readonly invoke: (targetArn: string, input: unknown) => void
  readonly onUse?: OnScheduleUse
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): Scheduler {
  const schedules = new Map(o.schedules.map((schedule) => [schedule.logicalId, schedule]))
  const progress = openJournal<Progress>(join(o.dataDir, 'schedules.jsonl'))
  const timers = new Map<string, NodeJS.Timeout>()

  const deliveries = openRuns({ ...o, schedules })

  /** Returns the stored progress, or a new progress that begins now. */
  function progressOf({ logicalId, identity }: Schedule): Progress {
    const known = progress.get(logicalId)
    if (known?.identity === identity) return known
    const begin = Date.now()
    const fresh = { identity, begin, last: begin - 1 }
    progress.set(logicalId, fresh)
    return fresh
  }

  /**
   * Checks a schedule now and again later. If its progress cannot be stored, as on a full disk, the check is
   * repeated.
   */
  function watch(schedule: Schedule): void {
    let nextLook: number | undefined = lookMs
    try {
      nextLook = look(schedule)
    } catch (error) {
      o.log(schedule.logicalId, `will be retried: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (nextLook !== undefined) timers.set(schedule.logicalId, setTimeout(watch, nextLook, schedule))
  }

  /**
   * Runs a schedule that is due. Returns the time until the next check; `undefined` if the schedule has no further
   * time.
   */
  function look(schedule: Schedule): number | undefined {
    const { logicalId, windowMs } = schedule
    const known = progressOf(schedule)
    const now = Date.now()
    const nextAfter = schedule.times(known.begin)
    const due = latestBetween(nextAfter, known.last, now)
    const next = nextAfter(now)
    if (due !== undefined) {
      const then = next === undefined ? 'for the last time' : `next for ${isoSeconds(next)}`
      o.log(logicalId, `runs for ${isoSeconds(due)}, ${then}`)
      // A kill between these two lines makes the schedule run twice.
      deliveries.add({ logicalId, scheduledAt: due }, Math.floor(Math.random() * windowMs))
      progress.set(logicalId, { ...known, last: due })
    }
    return next === undefined ? undefined : Math.min(next - now, lookMs)
  }

  for (const [logicalId] of [...progress.entries()]) if (!schedules.has(logicalId)) progress.delete(logicalId)
  for (const schedule of schedules.values()) {
    progressOf(schedule)
    if (schedule.enabled) watch(schedule)
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
      o.log(logicalId, `runs for ${isoSeconds(scheduledAt)}, on request`)
      deliveries.add({ logicalId, scheduledAt })
      return isoSeconds(scheduledAt)
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer)
      await deliveries.close()
    },
  }
}
