import * as z from 'zod/mini'
import { type DailyFigure, dailyFigures } from '../daily-figures.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const count = z.int().check(z.nonnegative())
const figures = Object.fromEntries(
  Object.values(dailyFigures).flatMap((names) => names.map((name) => [name, count])),
) as Record<DailyFigure, typeof count> // every figure has an entry
/** The first and the last day that a client can ask for. Their years have four digits. */
export const firstDay = '1970-01-01'
const lastDay = '9999-12-31'

const isoDate = z.iso.date()
const day = z.string().check(
  z.refine((value) => isoDate.safeParse(value).success, {
    error: 'Not a day in the form YYYY-MM-DD.',
    abort: true,
  }),
  z.refine((value) => firstDay <= value && value <= lastDay, `Must be from ${firstDay} to ${lastDay}.`),
  z.meta({
    format: 'date',
    pattern: '^(19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}$',
    examples: ['2026-11-30'],
  }),
)

export const daysAsked = z.object({
  from: z.optional(
    day.check(
      z.describe(
        'The first day, YYYY-MM-DD in UTC. Without it, the answer has the 30 days up to the last day',
      ),
    ),
  ),
  to: z.optional(day.check(z.describe('The last day. Without it, today. The answer has at most 366 days'))),
})

export const analyticsContract = {
  commands: {},
  queries: {
    '/analytics/daily': {
      summary: 'The figures of each day in a range, oldest day first',
      kind: 'report',
      group: 'admin',
      parameters: daysAsked,
      item: z.strictObject({
        day: z.iso.date(),
        ...figures,
      }),
    },
  },
} as const satisfies FeatureContract
