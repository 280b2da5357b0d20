import type { analyticsContract } from '../../commands/analytics/contract.ts'
import { type DailyFigure, dailyFigures } from '../../commands/daily-figures.ts'
import type { ItemOf } from '../../commands/http/contract-types.ts'
import { addCost, type Cost, noCost } from '../../domain/kernel/cost.ts'
import { counterPartition, type SortRange } from '../engine/counters.ts'
import { days } from '../engine/daily-counter.ts'
import type { RowStore } from '../engine/row-store.ts'

export type DayItem = ItemOf<typeof analyticsContract, '/analytics/daily'>

/** The projections that count by day. */
export const countingProjections = Object.keys(dailyFigures)

const figures: readonly DailyFigure[] = Object.values(dailyFigures).flat()

/**
 * Returns the figures of each day in a range, as these generations have counted them. Every day is included, oldest day
 * first.
 */
export async function readDays(
  rows: RowStore,
  generations: readonly string[],
  range: SortRange,
): Promise<{ items: readonly DayItem[]; cost: Cost }> {
  const found = await Promise.all(generations.map((id) => rows.sums(counterPartition(id, days), range)))
  const on = (day: string, figure: DailyFigure) =>
    found.reduce((sum, { sums }) => sum + (sums.get(day)?.[figure] ?? 0), 0)
  const items = eachDay(range).map((day) => {
    const counted = Object.fromEntries(figures.map((figure) => [figure, on(day, figure)]))
    return { day, ...(counted as Record<DailyFigure, number>) } // every figure has an entry
  })
  return { items, cost: found.map(({ cost }) => cost).reduce(addCost, noCost) }
}

/** The length of a day in UTC, in milliseconds. */
export const dayMs = 24 * 60 * 60 * 1000

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length)
}

function eachDay({ from, to }: SortRange): string[] {
  const first = Date.parse(from)
  return Array.from({ length: (Date.parse(to) - first) / dayMs + 1 }, (_, i) => dayOf(first + i * dayMs))
}
