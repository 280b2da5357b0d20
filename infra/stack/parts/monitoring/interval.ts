const dayMinutes = 24 * 60
const unitMinutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: dayMinutes }

/**
 * The most minutes between two runs of a schedule. Undefined for a `cron` that does not run every day.
 */
function intervalOf(expression: string): number | undefined {
  const [, value, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (value !== undefined) return Number(value) * (unitMinutes[unit] ?? 0)
  const [, minute = '', hour = '', days = ''] = /^cron\((\S+) (\S+) (.+)\)$/.exec(expression) ?? []
  if (!/^([*?] \* [*?]|\* \* [*?]) \*$/.test(days)) return undefined
  if (hour !== '*') return stepOf(hour, 60) ?? dayMinutes
  return minute === '*' ? 1 : (stepOf(minute, 1) ?? 60)
}

/** A field such as `0/5` is a step of five. */
function stepOf(field: string, minutes: number): number | undefined {
  const step = /^(?:\d+|\*)\/(\d+)$/.exec(field)?.[1]
  return step === undefined ? undefined : Number(step) * minutes
}

/** The interval of a schedule that an alarm can watch: CloudWatch looks back at most seven days. */
export function watchedInterval(expression: string): number | undefined {
  const minutes = intervalOf(expression)
  return minutes !== undefined && minutes <= 6 * dayMinutes ? minutes : undefined
}

/** Whether a schedule has an alarm for a missed run. */
export function hasMissedAlarm(expression: string): boolean {
  return watchedInterval(expression) !== undefined
}
