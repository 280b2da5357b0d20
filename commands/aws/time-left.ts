import type { Context } from 'aws-lambda'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { deadlineIn } from './system-clock.ts'

/** The part of Lambda's context that tells how much time the function has left. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>

export interface TimeBudget {
  /** Milliseconds to keep back from the function's time. */
  readonly reserveMs: number
  /** Maximum time in milliseconds; by default all that the function has. */
  readonly maxMs?: number
}

/** The deadline of work that has to end before its function is cut off. */
export function deadlineWithin(
  context: TimeLeft,
  { reserveMs, maxMs = Number.POSITIVE_INFINITY }: TimeBudget,
  clock: Clock,
): Deadline {
  return deadlineIn(Math.min(maxMs, context.getRemainingTimeInMillis() - reserveMs), clock)
}

/** The items, for as long as the function has more than the reserve left. Calls `onTimeUp` if that ends before they do. */
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
