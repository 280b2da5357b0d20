import { createHash } from 'node:crypto'
import type { StreamRecord } from '../dynamodb/stream-shards.ts'

/** Maximum bytes of the items in a batch. Lambda takes 6 MB of JSON, and the JSON is 1.5 times as long as the items. */
const batchBytes = 4_000_000

/** Delivers the records of a shard, or of a share of its items, batch after batch. */
export interface Lane {
  push(record: StreamRecord): void
  /** Resolves when nothing is queued and no batch is being delivered. */
  idle(): Promise<void>
}

export function createLane(
  limits: { readonly batchSize: number; readonly windowMs: number },
  signal: AbortSignal,
  deliver: (batch: readonly StreamRecord[]) => Promise<void>,
): Lane {
  const queue: StreamRecord[] = []
  const pushed = createBell(signal)
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    // The queue is filled before this resumes, so all records of a page go into one batch.
    await undefined
    while (queue.length > 0 && !signal.aborted) {
      const until = Date.now() + limits.windowMs
      const isFull = () => queue.length >= limits.batchSize || sizeOf(queue, limits.batchSize) < queue.length
      while (!isFull() && Date.now() < until && !signal.aborted) await pushed.wait(until - Date.now())
      await deliver(queue.splice(0, sizeOf(queue, limits.batchSize)))
    }
    running = undefined
  }

  return {
    push(record) {
      queue.push(record)
      pushed.ring()
      running ??= drain()
    },
    idle: async () => running,
  }
}

/** Returns how many records, from the first, make a batch. */
function sizeOf(queue: readonly StreamRecord[], batchSize: number): number {
  let bytes = 0
  const over = queue.findIndex((record, index) => {
    bytes += record.dynamodb.SizeBytes
    return index > 0 && bytes > batchBytes
  })
  return Math.min(batchSize, over === -1 ? queue.length : over)
}

/** Returns the lane of a record's item. All records of one item use the same lane, in order. */
export function laneOf(record: StreamRecord, lanes: number): number {
  return createHash('md5').update(itemOf(record)).digest().readUInt32BE(0) % lanes
}

/** Returns the key of the item that a record belongs to. */
export function itemOf(record: StreamRecord): string {
  return JSON.stringify(Object.entries(record.dynamodb.Keys).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Lets callers wait until another caller rings, or for a maximum time. */
export interface Bell {
  ring(): void
  /** Returns how often it has rung. A caller that compares the number misses no ring between its check and its wait. */
  rings(): number
  wait(ms: number): Promise<void>
}

/** Creates a bell. Once `signal` is aborted, no caller waits any longer. */
export function createBell(signal: AbortSignal): Bell {
  const waiting = new Set<() => void>()
  let rings = 0
  const ring = () => {
    rings++
    for (const resume of waiting) resume()
  }
  signal.addEventListener('abort', ring)
  return {
    ring,
    rings: () => rings,
    wait: (ms) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const resume = () => {
          clearTimeout(timer)
          waiting.delete(resume)
          resolve()
        }
        const timer = setTimeout(resume, ms)
        waiting.add(resume)
      }),
  }
}
