import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { withDeliveryFaults } from '../../faults/delivery-faults.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { DynamoDbAddress } from '../dynamodb/client.ts'
import {
  listShards,
  openCheckpoint,
  readShard,
  type Shard,
  type Start,
  type StreamRecord,
} from '../dynamodb/stream-shards.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { type DiscardedBatch, deliver } from './stream-batch.ts'
import { createBell, createLane, itemOf, laneOf } from './stream-lane.ts'
import { readStreamMapping, type StreamMappingProperties } from './stream-template.ts'

export interface StreamMapping {
  /** Says that something was written, so that the next read need not wait for its turn. */
  wake(): void
  /** Stops reading and retrying; waits a moment for invocations under way. */
  close(): Promise<void>
}

/** How often an idle shard is read for those who write past the gateway, and how often shards are looked for. */
const intervals = { idleMs: 250, shardsMs: 10_000 }
const closeWithinMs = 2000

/**
 * Delivers a DynamoDB stream to a function as Lambda's event source mapping does: in order per item, at least
 * once, from a checkpoint that is kept in `stateDir` once records are settled.
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
  /** What goes wrong with deliveries, at the place `stream <FunctionName>`. */
  faults: Faults
  log: Log
}): StreamMapping {
  const settings = readStreamMapping(o.properties, o.onFailure !== undefined)
  const address: DynamoDbAddress = o
  const checkpoint = openCheckpoint(o.stateDir, settings.functionName, o.streamArn)
  const stopped = new AbortController()
  const { signal } = stopped
  // Every lane of every shard waits for it.
  setMaxListeners(0, signal)
  let sealed = false
  const written = createBell(signal)
  const shardEnded = createBell(signal)
  const running = new Map<string, Promise<void>>()

  async function run(): Promise<void> {
    const first = checkpoint.isNew ? settings.startingPosition : 'TRIM_HORIZON'
    const finished = (shardId: string) => checkpoint.of(shardId) === 'closed'
    for (let start: 'TRIM_HORIZON' | 'LATEST' = first; !signal.aborted; ) {
      const shards = await untilAnswered('the stream', () => listShards(address, o.streamArn))
      const ids = new Set(shards?.map(({ ShardId }) => ShardId))
      for (const shard of shards ?? []) {
        const parent = shard.ParentShardId ?? ''
        const waits = ids.has(parent) && !finished(parent) && start !== 'LATEST'
        if (waits || finished(shard.ShardId) || running.has(shard.ShardId)) continue
        running.set(shard.ShardId, consume(shard, start))
      }
      // What is split off later is read from its beginning: it holds nothing older than the mapping.
      if (shards) start = 'TRIM_HORIZON'
      await shardEnded.wait(intervals.shardsMs)
    }
    await Promise.all(running.values())
  }

  async function consume(shard: Shard, otherwise: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    const shardId = shard.ShardId
    const read = readShard(address, o.streamArn, shardId, startOf(shard, otherwise))
    const unsettled: StreamRecord[] = []
    const early = new Set<StreamRecord>()
    const settledSome = createBell(signal)
    const limit = Math.max(1000, 2 * settings.batchSize * settings.lanes)
    const source = { streamArn: o.streamArn, shardId, region: o.region, functionArn: settings.functionName }

    function settle(records: readonly StreamRecord[]): void {
      for (const record of records) early.add(record)
      const open = unsettled.findIndex((record) => !early.delete(record))
      const last = unsettled.splice(0, open === -1 ? unsettled.length : open).at(-1)
      if (last && !sealed) checkpoint.advance(shardId, last.dynamodb.SequenceNumber)
      settledSome.ring()
    }

    const deliveries = { source, policy: settings.policy, signal, log: o.log, invoke: o.invoke }
    const lanes = Array.from({ length: settings.lanes }, () => {
      const place = `stream ${settings.functionName}`
      const shaken = withDeliveryFaults<StreamRecord>(
        { place, faults: o.faults, itemOf, sleep: delay },
        (batch, isFirst) =>
          deliver(batch, {
            ...deliveries,
            onSettled: isFirst ? settle : () => {},
            onDiscarded: isFirst ? o.onFailure : undefined,
          }),
      )
      return createLane(settings, signal, shaken)
    })

    for (let closed = false; !closed && !signal.aborted; ) {
      const rings = written.rings()
      const page = await untilAnswered(`shard ${shardId}`, read)
      if (!page) return
      unsettled.push(...page.records)
      const unwanted: StreamRecord[] = []
      for (const record of page.records) {
        if (settings.wants(record)) lanes[laneOf(record, lanes.length)]?.push(record)
        else unwanted.push(record)
      }
      if (unwanted.length > 0) settle(unwanted)
      while (unsettled.length >= limit && !signal.aborted) await settledSome.wait(intervals.idleMs)
      closed = page.closed
      if (page.records.length === 0 && rings === written.rings()) await written.wait(intervals.idleMs)
    }
    await Promise.all(lanes.map((lane) => lane.idle()))
    if (signal.aborted) return
    checkpoint.advance(shardId, 'closed')
    shardEnded.ring()
  }

  function startOf(shard: Shard, otherwise: 'TRIM_HORIZON' | 'LATEST'): Start {
    const kept = checkpoint.of(shard.ShardId)
    const end = shard.SequenceNumberRange.EndingSequenceNumber
    // A checkpoint from the future belongs to data that were replaced by older ones.
    if (kept !== undefined && (end === undefined || BigInt(kept) <= BigInt(end))) return { after: kept }
    if (kept !== undefined || otherwise !== 'LATEST') return 'TRIM_HORIZON'
    if (end !== undefined) checkpoint.advance(shard.ShardId, end)
    return end === undefined ? 'LATEST' : { after: end }
  }

  /** Asks again until there is an answer, and says so once; `undefined` when the mapping is closed. */
  async function untilAnswered<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await ask()
      } catch (error) {
        if (failures === 0) o.log('stream', `cannot read ${what} of ${o.streamArn}: ${String(error)}`)
        await delay(Math.min(100 * 2 ** failures, 5000), undefined, { signal }).catch(() => {})
      }
    }
    return undefined
  }

  const all = settings.enabled ? run() : Promise.resolve()
  return {
    wake: written.ring,
    async close() {
      stopped.abort()
      const patience = new AbortController()
      await Promise.race([all, delay(closeWithinMs, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
      sealed = true
    },
  }
}
