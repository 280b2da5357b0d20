import { projectFigures } from './project/daily-figures.ts'
import { uploadFigures } from './upload/daily-figures.ts'
import { userFigures } from './user/daily-figures.ts'

/**
 * The list of figures in the daily report, by the projection that counts them. A figure has the name of its counter.
 */
export const dailyFigures = {
  ...userFigures,
  ...projectFigures,
  ...uploadFigures,
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The name of a figure. */
export type DailyFigure = (typeof dailyFigures)[keyof typeof dailyFigures][number]
