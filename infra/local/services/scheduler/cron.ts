/** Returns the next clock reading after the given one that a cron expression matches; `undefined` if there is none. */
export type Cron = (reading: number) => number | undefined

/** A field: its name, its least and greatest values, and names for its first values. */
interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly names?: readonly string[]
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const minutes: Field = { name: 'minutes', least: 0, most: 59 }
const hours: Field = { name: 'hours', least: 0, most: 23 }
const daysOfMonth: Field = { name: 'day-of-month', least: 1, most: 31 }
const monthsOfYear: Field = { name: 'month', least: 1, most: 12, names: months }
const daysOfWeek: Field = { name: 'day-of-week', least: 1, most: 7, names: weekdays }
const years: Field = { name: 'year', least: 1970, most: 2199 }

/** Whether an expression matches a day, given as its date at midnight. */
type IsDay = (date: Date) => boolean

const minuteMs = 60_000

/**
 * Compiles the text between the brackets of `cron(minutes hours day-of-month month day-of-week year)`, as the
 * EventBridge Scheduler user guide describes it ("Cron-based schedules"). The weekday nearest to a day is always in
 * the same month.
 *
 * @throws Error that names the field that is not valid, or that the guide does not describe.
 */
export function compileCron(text: string): Cron {
  const fields = text.trim().split(/\s+/)
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields
  if (fields.length !== 6) throw new Error(`it has six fields, not ${fields.length}`)
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new Error('exactly one of its day-of-month and its day-of-week must be ?')

  const isDay = dayOfWeek === '?' ? compileDayOfMonth(dayOfMonth) : compileDayOfWeek(dayOfWeek)
  const isMonth = new Set(valuesOf(month, monthsOfYear))
  const isYear = new Set(valuesOf(year, years))
  const atHours = valuesOf(hour, hours)
  const atMinutes = valuesOf(minute, minutes)
  const times = atHours.flatMap((h) => atMinutes.map((m) => (h * 60 + m) * minuteMs))

  return (reading) => {
    const day = new Date(reading)
    day.setUTCHours(0, 0, 0, 0)
    while (day.getUTCFullYear() <= years.most) {
      if (!isYear.has(day.getUTCFullYear())) {
        day.setUTCFullYear(day.getUTCFullYear() + 1, 0, 1)
      } else if (!isMonth.has(day.getUTCMonth() + 1)) {
        day.setUTCMonth(day.getUTCMonth() + 1, 1)
      } else {
        const found = isDay(day) ? times.find((time) => day.getTime() + time > reading) : undefined
        if (found !== undefined) return day.getTime() + found
        day.setUTCDate(day.getUTCDate() + 1)
      }
    }
    return undefined
  }
}

function compileDayOfMonth(text: string): IsDay {
  if (text === 'L') return (date) => date.getUTCDate() === lastOfMonth(date)
  const nearest = /^(\d+)W$/.exec(text)?.[1]
  if (nearest !== undefined) {
    const wanted = valueIn(nearest, daysOfMonth)
    return (date) => date.getUTCDate() === weekdayNearest(wanted, date)
  }
  const days = new Set(valuesOf(text, daysOfMonth))
  return (date) => days.has(date.getUTCDate())
}

function compileDayOfWeek(text: string): IsDay {
  const weekdayOf = (date: Date) => date.getUTCDay() + 1
  // `L` is the last day of the week.
  if (text === 'L') return (date) => weekdayOf(date) === daysOfWeek.most
  const [, named = '', last, nth = ''] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(text) ?? []
  if (named !== '') {
    const wanted = valueIn(named, daysOfWeek)
    return (date) => {
      const day = date.getUTCDate()
      const isNth = last ? day + 7 > lastOfMonth(date) : Math.ceil(day / 7) === Number(nth)
      return weekdayOf(date) === wanted && isNth
    }
  }
  if (text.includes('/')) throw notValid(daysOfWeek, text)
  const days = new Set(valuesOf(text, daysOfWeek))
  return (date) => days.has(weekdayOf(date))
}

/**
 * Expands a list of values, ranges and steps into values in ascending order. A range may wrap around to the least
 * value.
 */
function valuesOf(text: string, field: Field): number[] {
  const { least, most } = field
  const size = most - least + 1
  const values = text.split(',').flatMap((item) => {
    const [, from = item, to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? []
    const first = from === '*' ? least : valueIn(from, field)
    const last = to !== undefined ? valueIn(to, field) : from === '*' || step !== undefined ? most : first
    const by = Number(step ?? 1)
    const isBackwards = first > last && field === years
    if (isBackwards || by < 1 || (from === '*' && to !== undefined)) throw notValid(field, item)
    const length = first > last ? last - first + size : last - first
    return Array.from(
      { length: Math.floor(length / by) + 1 },
      (_, n) => least + ((first - least + n * by) % size),
    )
  })
  return [...new Set(values)].sort((a, b) => a - b)
}

function valueIn(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1
  const value = named >= 0 ? field.least + named : /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= field.least && value <= field.most)) throw notValid(field, text)
  return value
}

function notValid({ name }: Field, text: string): Error {
  return new Error(`its ${name} is not valid or not modelled: ${text || 'nothing'}`)
}

function lastOfMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}

/**
 * Returns the day from Monday to Friday nearest to a day of a date's month; `undefined` if the month lacks that day.
 */
function weekdayNearest(day: number, date: Date): number | undefined {
  const last = lastOfMonth(date)
  if (day > last) return undefined
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay()
  if (weekday === 6) return day > 1 ? day - 1 : day + 2
  if (weekday === 0) return day < last ? day + 1 : day - 2
  return day
}
