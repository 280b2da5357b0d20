import { maxSortKeyBytes } from '../../commands/aws/dynamo-limits.ts'
import type { Cost } from '../../domain/kernel/cost.ts'
import type { RowKey } from './projection.ts'

/** Everything parked is in one partition of the read model's index `GSI1`. */
export const parkedPartition = 'parked'

/** Attributes that put an item into the index. An item without them is not in it. */
export interface ParkedIndexKey {
  readonly GSI1PK: string
  readonly GSI1SK: string
}

/**
 * The attributes that list an item as parked; none if it is not. They are part of the item that is written,
 * so the write that parks a stream lists it, and the one that passes the event takes it off the list.
 */
export function parkedIndexKey(
  key: RowKey,
  parked: unknown,
): ParkedIndexKey | { readonly GSI1PK?: undefined; readonly GSI1SK?: undefined } {
  // In the order of generations, then streams. A sort key is shorter than a partition key may be.
  return parked === undefined ? {} : { GSI1PK: parkedPartition, GSI1SK: textWithin(key.PK, maxSortKeyBytes) }
}

/** The beginning of a text that is too long. No character is cut in two. */
export function textWithin(text: string, bytes: number): string {
  const encoded = new TextEncoder().encodeInto(text, new Uint8Array(bytes))
  return text.slice(0, encoded.read)
}

/**
 * The port to the list of what is parked, for operators; no function reads it. It may lag behind the items, so whoever
 * reads the list reads each item again by its key.
 */
export interface ParkedIndex {
  /** The keys of the guards and marks that are parked, in the order of their `PK`. */
  parkedKeys(): Promise<{ readonly keys: readonly RowKey[]; readonly cost: Cost }>
}
