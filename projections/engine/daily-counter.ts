import type { Counter } from './projection.ts'

/** The partition of each projection's daily counters. */
export const days = 'days'

/** The counter of the UTC day on which something happened. Never change it, because released projections use it. */
export function onDay(at: string, amounts: Counter['amounts']): Counter {
  // All events of a day use the same counter. Eight shards let eight streams count at the same time.
  return { partition: days, sort: at.slice(0, 'YYYY-MM-DD'.length), amounts, shards: 8 }
}
