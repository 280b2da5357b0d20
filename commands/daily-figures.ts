/** The figures of the daily report, by the projection that counts them. A figure has the name of its counter. */
export const dailyFigures = {
  users: ['signUps'],
  projects: ['projects'],
  uploads: ['uploads', 'bytes'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The name of a figure. */
export type DailyFigure = (typeof dailyFigures)[keyof typeof dailyFigures][number]
