import type { BusEntry } from './event-bus.ts'

/** PutEvents in the API reference: 1 to 10 entries. */
export const maxRequestEntries = 10

/** "Sending events with PutEvents" in EventBridge's user guide: the entries of a request, together. */
export const maxRequestBytes = 1024 * 1024

/**
 * Size of an entry as EventBridge counts it: 14 bytes for the time, and source, detail type and detail in UTF-8
 * ("Calculating PutEvents event entry size" in its user guide).
 */
export function entryBytes({ source, detailType, detail }: BusEntry): number {
  return 14 + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail)
}

/**
 * Packs what belongs to entries into as few requests as its order allows. Each entry has to fit into a request
 * by itself.
 */
export function batches<Item extends { readonly entry: BusEntry }>(items: readonly Item[]): Item[][] {
  const packed: Item[][] = []
  let batch: Item[] = []
  let bytes = 0
  for (const item of items) {
    const size = entryBytes(item.entry)
    if (batch.length === 0 || batch.length >= maxRequestEntries || bytes + size > maxRequestBytes) {
      batch = []
      bytes = 0
      packed.push(batch)
    }
    batch.push(item)
    bytes += size
  }
  return packed
}
