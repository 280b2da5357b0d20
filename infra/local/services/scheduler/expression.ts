import { compileCron } from './cron.ts'
import { wallClock } from './wall-clock.ts'

/** Returns the first time after an instant; `undefined` if there is none. Both are milliseconds since the epoch. */
export type NextAfter = (instant: number) => number | undefined

/** Returns the `NextAfter` of a schedule that begins at this time. The beginning is the first time of a rate. */
export type Expression = (begin: number) => NextAfter

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * Compiles `rate(…)` or `cron(…)` of EventBridge Scheduler (user guide, "Schedule types"). A day of a rate has 24
 * hours. A cron expression follows the clocks of the zone. A time that they skip is left out, and a time that they
 * show twice counts only the first time.
 *
 * @throws Error that names the part that is not valid or not modelled.
 */
export function compileSchedule(expression: string, zone: string): Expression {
  const { read, firstShows } = wallClock(zone)
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (unit !== undefined) {
    const every = Number(count) * unitMs[unit as keyof typeof unitMs] // the pattern allows only these units
    return (begin) => (instant) =>
      instant < begin ? begin : begin + (Math.floor((instant - begin) / every) + 1) * every
  }

  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]
  if (fields === undefined) throw new Error('only rate(…) and cron(…) are modelled')
  const cron = compileCron(fields)
  return (begin) => (instant) => {
    const from = Math.max(instant, begin - 1)
    for (let reading = cron(read(from)); reading !== undefined; reading = cron(reading)) {
      const at = firstShows(reading)
      if (at !== undefined && at > from) return at
    }
    return undefined
  }
}

/** Returns the latest time after `from` and up to `until`; `undefined` if there is none. */
export function latestBetween(nextAfter: NextAfter, from: number, until: number): number | undefined {
  const inTime = (instant: number) => {
    const next = nextAfter(instant)
    return next !== undefined && next <= until ? next : undefined
  }
  let latest = inTime(from)
  if (latest === undefined) return undefined
  let end = until
  while (latest < end) {
    const middle = Math.floor((latest + end) / 2)
    const later = inTime(middle)
    if (later === undefined) end = middle
    else latest = later
  }
  return latest
}
