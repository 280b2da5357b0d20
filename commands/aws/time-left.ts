import type { Context } from 'aws-lambda'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { deadlineIn } from './system-clock.ts'

/** The part of Lambda's context that reports how much time the function has left. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>

export interface TimeBudget {
  /** Milliseconds of the function's time to keep in reserve. */
  readonly reserveMs: number
  /** Maximum time in milliseconds; by default all the time that the function has. */
  readonly maxMs?: number
}

/** The deadline for work that must end before Lambda stops the function. */
export function deadlineWithin(
  context: TimeLeft,
  { reserveMs, maxMs = Number.POSITIVE_INFINITY }: TimeBudget,
  clock: Clock,
): Deadline {
  return deadlineIn(Math.min(maxMs, context.getRemainingTimeInMillis() - reserveMs), clock)
}

/**
 * Yields the items while the function has more time left than the reserve. Calls `onTimeUp` if the time ends before the
 * items do.
 */
export async function* whileTimeLasts<Item>(
  items: AsyncIterable<Item>,
  context: TimeLeft,
  { reserveMs }: Pick<TimeBudget, 'reserveMs'>,
  onTimeUp: () => void,
): AsyncGenerator<Item, void, undefined> {
  for await (const item of items) {
    if (context.getRemainingTimeInMillis() <= reserveMs) return onTimeUp()
    yield item
  }
}
