import { setTimeout as delay } from 'node:timers/promises'
import { withDeliveryFaults } from '../../faults/delivery-faults.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import type { DynamoDbAddress } from '../dynamodb/client.ts'
import {
  type Checkpoint,
  readShard,
  type Shard,
  type Start,
  type StreamRecord,
} from '../dynamodb/stream-shards.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { type DiscardedBatch, deliver } from './stream-batch.ts'
import { type Bell, createBell, createLane, itemOf, type Lane, laneOf } from './stream-lane.ts'
import type { StreamMappingSettings } from './stream-template.ts'

/** The settings and ports that the shards of a mapping share. */
export interface ShardContext {
  readonly address: DynamoDbAddress
  readonly streamArn: string
  readonly settings: StreamMappingSettings
  readonly checkpoint: Pick<Checkpoint, 'of' | 'advance'>
  /** Rings after each write to the table through the gateway. */
  readonly written: Bell
  readonly invoke: (payload: unknown) => Promise<Invocation>
  readonly onFailure?: ((batch: DiscardedBatch) => Promise<void>) | undefined
  readonly faults: Faults
  readonly signal: AbortSignal
  readonly log: Log
  /**
   * Stores the records of a shard that were read and are not yet settled, oldest first, for later questions about the
   * lag.
   */
  readonly watch: (shardId: string, unsettled: readonly StreamRecord[]) => void
}

/** How often an idle shard is read, to find writes that bypass the gateway. */
const idleMs = 250

/**
 * Delivers the records of a shard up to its end, and advances the checkpoint as they are settled. Resolves to true at
 * the end of the shard, and to false if the signal was aborted.
 */
export async function consumeShard(shard: Shard, otherwise: Start, context: ShardContext): Promise<boolean> {
  const { settings, signal, written } = context
  const shardId = shard.ShardId
  const read = readShard(context.address, context.streamArn, shardId, startOf(shard, otherwise, context))
  const progress = trackSettled(context, shardId)
  const lanes = openLanes(context, shardId, progress.settle)
  const limit = Math.max(1000, 2 * settings.batchSize * settings.lanes)

  for (let closed = false; !closed && !signal.aborted; ) {
    const rings = written.rings()
    const page = await untilAnswered(`shard ${shardId}`, read, context)
    if (!page) return false
    progress.add(page.records)
    const unwanted: StreamRecord[] = []
    for (const record of page.records) {
      if (settings.wants(record)) lanes[laneOf(record, lanes.length)]?.push(record)
      else unwanted.push(record)
    }
    if (unwanted.length > 0) progress.settle(unwanted)
    while (progress.unsettled() >= limit && !signal.aborted) await progress.settledSome.wait(idleMs)
    closed = page.closed
    if (page.records.length === 0 && rings === written.rings()) await written.wait(idleMs)
  }
  await Promise.all(lanes.map((lane) => lane.idle()))
  if (signal.aborted) return false
  context.checkpoint.advance(shardId, 'closed')
  return true
}

/** Advances the checkpoint to the last record up to which all records are settled. */
function trackSettled({ checkpoint, signal, watch }: ShardContext, shardId: string) {
  const unsettled: StreamRecord[] = []
  watch(shardId, unsettled)
  const early = new Set<StreamRecord>()
  const settledSome = createBell(signal)
  return {
    settledSome,
    unsettled: () => unsettled.length,
    add: (records: readonly StreamRecord[]) => void unsettled.push(...records),
    settle(records: readonly StreamRecord[]): void {
      for (const record of records) early.add(record)
      const open = unsettled.findIndex((record) => !early.delete(record))
      const last = unsettled.splice(0, open === -1 ? unsettled.length : open).at(-1)
      if (last) checkpoint.advance(shardId, last.dynamodb.SequenceNumber)
      settledSome.ring()
    },
  }
}

function openLanes(
  context: ShardContext,
  shardId: string,
  settle: (records: readonly StreamRecord[]) => void,
): readonly Lane[] {
  const { settings, signal, faults, streamArn, log, invoke, onFailure } = context
  const { functionName, policy } = settings
  const source = { streamArn, shardId, region: context.address.region, functionArn: functionName }
  return Array.from({ length: settings.lanes }, () => {
    const shaken = withDeliveryFaults<StreamRecord>(
      { place: `stream ${functionName}`, faults, itemOf, sleep: delay },
      (batch, isFirst) =>
        deliver(batch, {
          source,
          policy,
          signal,
          log,
          invoke,
          onSettled: isFirst ? settle : () => {},
          onDiscarded: isFirst ? onFailure : undefined,
        }),
    )
    return createLane(settings, signal, shaken)
  })
}

/** Returns the position to start reading a shard: after its checkpoint, if the checkpoint fits this shard. */
function startOf(shard: Shard, otherwise: Start, { checkpoint }: ShardContext): Start {
  const kept = checkpoint.of(shard.ShardId)
  const end = shard.SequenceNumberRange.EndingSequenceNumber
  // A checkpoint beyond the shard's end belongs to data that an older copy has replaced.
  if (kept !== undefined && (end === undefined || BigInt(kept) <= BigInt(end))) return { after: kept }
  if (kept !== undefined || otherwise !== 'LATEST') return 'TRIM_HORIZON'
  if (end !== undefined) checkpoint.advance(shard.ShardId, end)
  return end === undefined ? 'LATEST' : { after: end }
}

/** Retries until there is an answer, and logs the first failure. Resolves to `undefined` once the signal is aborted. */
export async function untilAnswered<T>(
  what: string,
  ask: () => Promise<T>,
  { signal, log, streamArn }: Pick<ShardContext, 'signal' | 'log' | 'streamArn'>,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await ask()
    } catch (error) {
      if (failures === 0) log('stream', `cannot read ${what} of ${streamArn}: ${String(error)}`)
      await delay(Math.min(100 * 2 ** failures, 5000), undefined, { signal }).catch(() => {})
    }
  }
  return undefined
}
