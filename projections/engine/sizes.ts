import { bytesOf, checkItem, fitsKeys, maxItemBytes } from '../../commands/aws/dynamo-limits.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { CounterItem } from './counters.ts'
import { nameOf, type RowItem, type RowKey } from './projection.ts'
import type { Guard } from './row-store.ts'

/** Bytes of a guard's item that are kept free for the reason why its stream is parked. */
const parkedBytes = 8 * 1024

/** Bytes that are kept free in an item of counters for the counters of other streams, whose size is unknown. */
const otherCountersBytes = 4 * 1024

export function guardBytes(key: RowKey, guard: Guard): number {
  return bytesOf({ ...key, ...guard }) + parkedBytes
}

export function rowBytes({ PK, SK, data }: RowItem): number {
  return bytesOf({ PK, SK, data })
}

/** Size of a write that adds to counters. */
export function counterBytes({ PK, SK, amounts }: CounterItem): number {
  return bytesOf({ PK, SK, ...amounts }) + otherCountersBytes
}

/** Whether the table can hold an item with this key. If not, no such item exists. */
export function canBeStored({ PK, SK }: RowKey): boolean {
  return fitsKeys({ partition: PK, sort: SK })
}

/** Throws `too-large` for an item that the table cannot hold. */
export function checkSize(key: RowKey, bytes: number): void {
  try {
    checkItem({ partition: key.PK, sort: key.SK }, bytes)
  } catch (cause) {
    const what = `${nameOf(key).slice(0, 200)} has ${bytes} bytes`
    throw new Problem(
      'too-large',
      `${what}. An item can have at most ${maxItemBytes} bytes, and its keys 2048 and 1024 bytes.`,
      {
        cause,
      },
    )
  }
}
