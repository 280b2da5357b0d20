import * as z from 'zod/mini'
import { type DailyFigure, dailyFigures } from '../daily-figures.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const count = z.int().check(z.nonnegative())
const figures = Object.fromEntries(
  Object.values(dailyFigures).flatMap((names) => names.map((name) => [name, count])),
) as Record<DailyFigure, typeof count> // every figure has an entry
const day = z.iso.date('Not a day: YYYY-MM-DD.')

export const daysAsked = z.object({
  from: z.optional(
    day.check(z.describe('The first day, YYYY-MM-DD in UTC; 30 days with the last where it is missing')),
  ),
  to: z.optional(day.check(z.describe('The last day; today where it is missing. At most 366 days'))),
})

export const analyticsContract = {
  commands: {},
  queries: {
    '/analytics/daily': {
      summary: 'Figures of each day of a range, the first day first',
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
