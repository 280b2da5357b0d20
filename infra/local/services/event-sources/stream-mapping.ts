import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { DynamoDbAddress } from '../dynamodb/client.ts'
import {
  listShards,
  openCheckpoint,
  type Shard,
  type Start,
  type StreamRecord,
} from '../dynamodb/stream-shards.ts'
import type { Invocation } from '../lambda/invocation.ts'
import type { DiscardedBatch } from './stream-batch.ts'
import { createBell } from './stream-lane.ts'
import { consumeShard, untilAnswered } from './stream-shard.ts'
import { readStreamMapping, type StreamMappingProperties } from './stream-template.ts'

/** How far a function is behind the stream that is delivered to it. */
export interface DeliveryLag {
  /** Name of the function. */
  readonly to: string
  /** Number of records that were read from the stream and are not yet settled. More may wait in the stream. */
  readonly records: number
  /** When the oldest of them was written; undefined if there is none. */
  readonly oldest?: string | undefined
}

export interface StreamMapping {
  /** Reports a write, so that the next read happens at once. */
  wake(): void
  lag(): DeliveryLag
  /** Stops reading and retrying, and waits a moment for running invocations. */
  close(): Promise<void>
}

/** How often the mapping looks for new shards. */
const shardsMs = 10_000
const closeWithinMs = 2000

/**
 * Delivers a DynamoDB stream to a function as Lambda's event source mapping does: in order per item, at least once,
 * from a checkpoint in `stateDir` that moves as records are settled.
 *
 * @throws Error that names the property that is not modelled or not valid.
 */
export function startStreamMapping(o: {
  endpoint: string
  region: string
  streamArn: string
  properties: StreamMappingProperties
  stateDir: string
  invoke: (payload: unknown) => Promise<Invocation>
  onFailure?: (batch: DiscardedBatch) => Promise<void>
  /** The faults of deliveries, at the place `stream <FunctionName>`. */
  faults: Faults
  log: Log
}): StreamMapping {
  const settings = readStreamMapping(o.properties, o.onFailure !== undefined)
  const address: DynamoDbAddress = o
  const checkpoint = openCheckpoint(o.stateDir, settings.functionName, o.streamArn)
  const stopped = new AbortController()
  const { signal } = stopped
  // Every lane of every shard listens to the signal.
  setMaxListeners(0, signal)
  let sealed = false
  const advance = (shardId: string, to: string) => {
    if (!sealed) checkpoint.advance(shardId, to)
  }
  const written = createBell(signal)
  const shardEnded = createBell(signal)
  const running = new Map<string, Promise<void>>()
  const unsettled = new Map<string, readonly StreamRecord[]>()
  const context = {
    ...o,
    address,
    settings,
    checkpoint: { of: checkpoint.of, advance },
    written,
    signal,
    watch: (shardId: string, records: readonly StreamRecord[]) => void unsettled.set(shardId, records),
  }

  async function consume(shard: Shard, start: Start): Promise<void> {
    if (await consumeShard(shard, start, context)) shardEnded.ring()
  }

  async function run(): Promise<void> {
    const first = checkpoint.isNew ? settings.startingPosition : 'TRIM_HORIZON'
    const finished = (shardId: string) => checkpoint.of(shardId) === 'closed'
    for (let start: 'TRIM_HORIZON' | 'LATEST' = first; !signal.aborted; ) {
      const shards = await untilAnswered('the stream', () => listShards(address, o.streamArn), context)
      const ids = new Set(shards?.map(({ ShardId }) => ShardId))
      for (const shard of shards ?? []) {
        const parent = shard.ParentShardId ?? ''
        const waits = ids.has(parent) && !finished(parent) && start !== 'LATEST'
        if (waits || finished(shard.ShardId) || running.has(shard.ShardId)) continue
        running.set(shard.ShardId, consume(shard, start))
      }
      // A shard that appears later is read from its beginning, because all of its records are newer than the mapping.
      if (shards) start = 'TRIM_HORIZON'
      await shardEnded.wait(shardsMs)
    }
    await Promise.all(running.values())
  }

  const all = settings.enabled ? run() : Promise.resolve()
  return {
    wake: written.ring,
    lag() {
      const records = [...unsettled.values()].flat()
      const times = records.map(({ dynamodb }) => dynamodb.ApproximateCreationDateTime * 1000)
      const oldest = times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString()
      return { to: settings.functionName, records: records.length, oldest }
    },
    async close() {
      stopped.abort()
      const patience = new AbortController()
      await Promise.race([all, delay(closeWithinMs, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
      sealed = true
    },
  }
}
