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
export function parkedIndexKey(key: RowKey, parked: unknown): ParkedIndexKey | Record<string, never> {
  // In the order of generations, then streams.
  return parked === undefined ? {} : { GSI1PK: parkedPartition, GSI1SK: key.PK }
}

/**
 * The port to the list of what is parked, for who operates the backend; no function reads it. It may lag behind the
 * items: what is listed is read again, by its key, before it is believed.
 */
export interface ParkedIndex {
  /** The keys of the guards and marks that are parked, in the order of their `PK`. */
  parkedKeys(): Promise<{ readonly keys: readonly RowKey[]; readonly cost: Cost }>
}
