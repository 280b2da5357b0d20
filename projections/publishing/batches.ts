import type { BusEntry } from './event-bus.ts'

/** Maximum number of entries in a request, from PutEvents in the API reference. */
export const maxRequestEntries = 10

/** Maximum size of all entries of a request, from "Sending events with PutEvents" in EventBridge's user guide. */
export const maxRequestBytes = 1024 * 1024

/**
 * The size of an entry as EventBridge counts it: 14 bytes for the time, and source, detail type and detail in UTF-8.
 * Source: "Calculating PutEvents event entry size" in its user guide.
 */
export function entryBytes({ source, detailType, detail }: BusEntry): number {
  return 14 + Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail)
}

/**
 * Divides items with entries into as few requests as their order allows. Each entry must fit into a request on its own.
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
