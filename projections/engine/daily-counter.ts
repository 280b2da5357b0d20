import type { Counter } from './projection.ts'

/** The partition in which each projection counts by day. */
export const days = 'days'

/** The counter of the day, in UTC, on which something happened. Frozen, as the projections that count by it are. */
export function onDay(at: string, amounts: Counter['amounts']): Counter {
  // Every event of a day counts in the same counter. Eight shards let eight streams count at the same moment.
  return { partition: days, sort: at.slice(0, 'YYYY-MM-DD'.length), amounts, shards: 8 }
}
