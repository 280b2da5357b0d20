import * as z from 'zod/mini'

/** A calendar month in UTC, such as `2026-11`. As texts they are in the order of time. */
export const month = z
  .string()
  .check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Not a month.'), z.describe('A calendar month in UTC: YYYY-MM'))

/** The month after another. */
export function nextMonth(of: string): string {
  const [year = 0, number = 0] = of.split('-').map(Number)
  const after = number === 12 ? { year: year + 1, number: 1 } : { year, number: number + 1 }
  return `${String(after.year).padStart(4, '0')}-${String(after.number).padStart(2, '0')}`
}
