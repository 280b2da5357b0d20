import * as z from 'zod/mini'

/** A calendar month in UTC, such as `2026-11`. The alphabetical order of months is their order in time. */
export const month = z
  .string()
  .check(
    z.regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'Not a month.'),
    z.describe('A calendar month in UTC: YYYY-MM'),
    z.meta({ examples: ['2026-10'] }),
  )

/** The month of a time in milliseconds since 1970. */
export function monthAt(now: number): string {
  return new Date(now).toISOString().slice(0, 'YYYY-MM'.length)
}

/** The first moment of a month: ISO 8601 UTC with milliseconds. */
export function startOf(month: string): string {
  return `${month}-01T00:00:00.000Z`
}

/** The month after another. */
export function nextMonth(month: string): string {
  const [year, number] = numbersOf(month)
  return monthAt(Date.UTC(year, number))
}

/** The month before another. */
export function monthBefore(month: string): string {
  const [year, number] = numbersOf(month)
  return monthAt(Date.UTC(year, number - 2))
}

function numbersOf(month: string): [year: number, number: number] {
  return [Number(month.slice(0, 4)), Number(month.slice(5))]
}
