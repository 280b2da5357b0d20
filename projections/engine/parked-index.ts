import { maxSortKeyBytes } from '../../commands/aws/dynamo-limits.ts'
import type { Cost } from '../../domain/kernel/cost.ts'
import type { RowKey } from './projection.ts'

/** The partition of the read model's index `GSI1` that contains everything parked. */
export const parkedPartition = 'parked'

/** Attributes that put an item into the index. An item without them is not in the index. */
export interface ParkedIndexKey {
  readonly GSI1PK: string
  readonly GSI1SK: string
}

/**
 * The attributes that list an item as parked; none if it is not parked. They are part of the written item. The write
 * that parks a stream therefore adds it to the list, and the write that passes the event removes it.
 */
export function parkedIndexKey(
  key: RowKey,
  parked: unknown,
): ParkedIndexKey | { readonly GSI1PK?: undefined; readonly GSI1SK?: undefined } {
  // The list is sorted by generation, then by stream. A sort key must be shorter than a partition key may be.
  return parked === undefined ? {} : { GSI1PK: parkedPartition, GSI1SK: textWithin(key.PK, maxSortKeyBytes) }
}

/** Cuts a text that is too long, and never inside a character. */
export function textWithin(text: string, bytes: number): string {
  const encoded = new TextEncoder().encodeInto(text, new Uint8Array(bytes))
  return text.slice(0, encoded.read)
}

/**
 * The port to the list of parked streams. Only operators use it, and no function reads it. The list may lag behind the
 * items, so every reader must read each item again by its key.
 */
export interface ParkedIndex {
  /** The keys of parked guards and marks, in the order of their `PK`. */
  parkedKeys(): Promise<{ readonly keys: readonly RowKey[]; readonly cost: Cost }>
}
