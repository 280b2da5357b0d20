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
   * Runs a schedule now, one that is disabled too, and changes nothing of its times. Returns the time that it runs
   * for; `undefined` if there is no such schedule.
   */
  runNow(logicalId: string): string | undefined
  /** Hands no further time on: it is missed. */
  close(): Promise<void>
}

export interface ListedSchedule extends Pick<Schedule, 'logicalId' | 'expression' | 'zone' | 'enabled'> {
  /** As `2026-01-02T03:04:05Z`; `null` if it has no further time. */
  readonly next: string | null
}

/** Times are milliseconds since the epoch. */
interface Progress {
  readonly identity: string
  /** When the schedule was created. */
  readonly begin: number
  /** The time that was last handed on, or just before the schedule was created. */
  readonly last: number
}

/** How long to wait at most before looking at the clock again: timers stand still while the laptop sleeps. */
const lookMs = 60_000

/**
 * EventBridge Scheduler: hands each time of a schedule to its target, at least once, with its retries and to its
 * dead-letter queue at last (EventBridge Scheduler user guide).
 *
 * AWS is never down; a laptop is for most of its time. At the start, only the latest of the missed times is handed on: a
 * scheduled function does everything that is due, and a night of `rate(5 minutes)` would be a
 * hundred runs at once. A schedule whose times changed since the last start begins again.
 */
export function openScheduler(o: {
  readonly dataDir: string
  readonly schedules: readonly Schedule[]
  /** Hands an input to a function. Throws `ResourceNotFoundException` if there is none. */
  readonly invoke: (targetArn: string, input: unknown) => void
  readonly onUse?: OnScheduleUse
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): Scheduler {
  const schedules = new Map(o.schedules.map((schedule) => [schedule.logicalId, schedule]))
  const progress = openJournal<Progress>(join(o.dataDir, 'schedules.jsonl'))
  const timers = new Map<string, NodeJS.Timeout>()

  const deliveries = openRuns({ ...o, schedules })

  /** As of the last start, or from now on. */
  function progressOf({ logicalId, identity }: Schedule): Progress {
    const known = progress.get(logicalId)
    if (known?.identity === identity) return known
    const begin = Date.now()
    const fresh = { identity, begin, last: begin - 1 }
    progress.set(logicalId, fresh)
    return fresh
  }

  /** Looks at a schedule now and from then on. What cannot be stored, as on a full disk, is tried again. */
  function watch(schedule: Schedule): void {
    let nextLook: number | undefined = lookMs
    try {
      nextLook = look(schedule)
    } catch (error) {
      o.log(schedule.logicalId, `is tried again: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (nextLook !== undefined) timers.set(schedule.logicalId, setTimeout(watch, nextLook, schedule))
  }

  /** Hands on what is due. Returns how long until something may be; `undefined` if nothing ever is. */
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
      // Twice at worst, if a kill comes between the two.
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
