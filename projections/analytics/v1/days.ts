import type { Counter } from '../../engine/projection.ts'

/** The partition in which each projection counts by day. */
export const days = 'days'

/** What an event counts for on the day that it happened on, in UTC. Frozen, as the projections that count by it are. */
export function onDay(at: string, amounts: Counter['amounts']): Counter {
  // All that happens on a day counts at one place: eight streams can do so at the same moment.
  return { partition: days, sort: at.slice(0, 'YYYY-MM-DD'.length), amounts, shards: 8 }
}
