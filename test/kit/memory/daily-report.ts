import { dailyFigures } from '../../../commands/daily-figures.ts'
import type { Clock } from '../../../domain/kernel/clock.ts'
import { backend } from './backend.ts'

export const dayMs = 24 * 60 * 60 * 1000

/** A backend in memory with Ann, a member of the admin group who may read the daily report. */
export async function withAdmin() {
  const all = backend()
  all.groups.set('ann', ['people', 'admin'])
  await all.confirm('ann')
  return {
    ...all,
    today: dateAt(all.clock.now()),
    daily: (search = '', ...after: unknown[]) => all.query('ann', `/analytics/daily${search}`, ...after),
  }
}

/** Moves the clock to the start of the next day. Returns that day and the one after it. */
export async function nextMorning(clock: Clock): Promise<{ today: string; tomorrow: string }> {
  await clock.sleep(dayMs - (clock.now() % dayMs))
  return { today: dateAt(clock.now()), tomorrow: dateAt(clock.now() + dayMs) }
}

const nothing = Object.fromEntries(
  Object.values(dailyFigures).flatMap((figures) => figures.map((figure) => [figure, 0])),
)

/** A day of the report on which only these figures are not zero. */
export const day = (date: string, figures: Readonly<Record<string, number>> = {}) => ({
  day: date,
  ...nothing,
  ...figures,
})

function dateAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
