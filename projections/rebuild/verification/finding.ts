import type { StreamName } from '../../../domain/kernel/stream.ts'
import { nameOf, type RowItem, type RowKey } from '../../engine/projection.ts'

/**
 * The kinds of faults:
 * - `behind`: the guard lacks events, although there was enough time to deliver them
 * - `parked`: the guard lacks events, because one of them cannot be folded
 * - `feed`: permanent rows of its events are missing or wrong
 * - `different`: all events are folded, but the state or the rows are wrong
 * - `uncompared`: the stream moved during every comparison, or could not be read
 */
export type FindingKind = 'behind' | 'parked' | 'feed' | 'different' | 'uncompared'

/** A fault of one stream. A stream with wrong feed rows can also have another fault. */
export interface Finding {
  readonly stream: StreamName
  readonly found: FindingKind
  /** Version of the guard; 0 if there is none. */
  readonly version: number
  /** Version of the stream's last event. */
  readonly end: number
  /** The first missing or wrong rows, or the reason. */
  readonly details: readonly string[]
}

/** Maximum number of details in a finding. */
const maxDetails = 10

/** Counts details, and keeps the first ones. */
export function createDetails() {
  const details: string[] = []
  let count = 0
  return {
    add(detail: string) {
      count += 1
      if (details.length < maxDetails) details.push(detail)
    },
    none: () => count === 0,
    list: () => (count > details.length ? [...details, `${count - details.length} more`] : details),
  }
}

export type Details = ReturnType<typeof createDetails>

/** Describes a row in words. */
export function rowNamed({ PK, SK }: RowKey): string {
  return `${PK} ${SK}`
}

export function byName(rows: readonly RowItem[]): ReadonlyMap<string, RowItem> {
  return new Map(rows.map((row) => [nameOf(row), row]))
}
