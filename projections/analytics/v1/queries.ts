import type { QueryItem } from '../../../commands/contract.ts'
import { addCost, type Cost, noCost } from '../../../domain/kernel/cost.ts'
import { counterPartition, type Range } from '../../engine/counters.ts'
import type { RowStore } from '../../engine/row-store.ts'
import { days } from './days.ts'

export type DayItem = QueryItem<'/analytics/daily'>

/**
 * What happened on each day of a range, as these generations have counted it, the first day first; a day on which
 * nothing happened is there too.
 */
export async function readDays(
  rows: RowStore,
  generations: readonly string[],
  range: Range,
): Promise<{ items: readonly DayItem[]; cost: Cost }> {
  const found = await Promise.all(generations.map((id) => rows.sums(counterPartition(id, days), range)))
  const on = (day: string, counter: string) =>
    found.reduce((sum, { sums }) => sum + (sums.get(day)?.[counter] ?? 0), 0)
  const items = eachDay(range).map((day) => ({
    day,
    signUps: on(day, 'signUps'),
    projects: on(day, 'projects'),
    uploads: on(day, 'uploads'),
    bytes: on(day, 'bytes'),
  }))
  return { items, cost: found.map(({ cost }) => cost).reduce(addCost, noCost) }
}

/** A day has 24 hours in UTC. */
export const dayMs = 24 * 60 * 60 * 1000

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length)
}

function eachDay({ from, to }: Range): string[] {
  const first = Date.parse(from)
  return Array.from({ length: (Date.parse(to) - first) / dayMs + 1 }, (_, i) => dayOf(first + i * dayMs))
}
