import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './service.ts'
import type { StreamRecord } from './stream-shards.ts'

/** What an invocation came to; `error` where the function failed, timed out or crashed. */
export interface Invocation {
  readonly payload: unknown
  readonly error?: { readonly errorType: string; readonly errorMessage: string }
}

/** How a mapping treats a batch that fails, by the mapping's properties. */
export interface RetryPolicy {
  /** Retries after the first attempt; `Infinity` where there is no limit. */
  readonly retries: number
  readonly maxAgeMs: number
  /** `BisectBatchOnFunctionError` */
  readonly bisect: boolean
  /** `ReportBatchItemFailures` */
  readonly partialResponses: boolean
}

export interface BatchSource {
  readonly streamArn: string
  readonly shardId: string
  readonly region: string
  readonly functionArn: string
}

/** What Lambda tells an on-failure destination: which records, not what is in them. */
export type DiscardedBatch = ReturnType<typeof describeDiscarded>

export interface DeliverOptions {
  readonly source: BatchSource
  readonly policy: RetryPolicy
  readonly invoke: (payload: unknown) => Promise<Invocation>
  /** Records that are done with, delivered or discarded, oldest first. */
  readonly onSettled: (records: readonly StreamRecord[]) => void
  readonly onDiscarded?: ((batch: DiscardedBatch) => Promise<void>) | undefined
  /** Ends retrying; what is not settled by then is left. */
  readonly signal: AbortSignal
  readonly log: Log
}

interface Attempt {
  readonly records: readonly StreamRecord[]
  readonly retries: number
  readonly invocations: number
}

/**
 * Delivers a batch until all of its records are settled (Lambda developer guide, "Using Lambda with DynamoDB").
 * A partial response rewinds to the lowest record reported. With bisecting, the batch is split there, and in
 * halves where nothing succeeded; a split takes no retry, everything else does. What is out of retries or too old
 * is discarded, so that the shard moves on.
 */
export async function deliver(batch: readonly StreamRecord[], o: DeliverOptions): Promise<void> {
  const pending: Attempt[] = [{ records: batch, retries: 0, invocations: 0 }]
  for (let attempt = pending.shift(); attempt && !o.signal.aborted; attempt = pending.shift()) {
    const oldest = Date.now() - o.policy.maxAgeMs
    const aged = attempt.records.filter((record) => arrivalOf(record) < oldest)
    if (aged.length > 0) {
      const fresh = attempt.records.filter((record) => !aged.includes(record))
      await discard(aged, attempt, 'RecordAgeExceeded', o)
      if (fresh.length > 0) pending.unshift({ ...attempt, records: fresh })
      continue
    }
    const succeeded = await countSucceeded(attempt.records, o)
    if (succeeded > 0) o.onSettled(attempt.records.slice(0, succeeded))
    const records = attempt.records.slice(succeeded)
    if (records.length === 0) continue
    const next = { records, retries: attempt.retries, invocations: attempt.invocations + 1 }
    if (o.policy.bisect && succeeded > 0) {
      pending.unshift(next)
    } else if (o.policy.bisect && records.length > 1) {
      const middle = Math.ceil(records.length / 2)
      pending.unshift(
        { ...next, records: records.slice(0, middle) },
        { ...next, records: records.slice(middle) },
      )
    } else if (next.retries >= o.policy.retries) {
      await discard(records, next, 'RetryAttemptsExhausted', o)
    } else {
      await delay(backoffMs(next.retries), undefined, { signal: o.signal }).catch(() => {})
      pending.unshift({ ...next, retries: next.retries + 1 })
    }
  }
}

function backoffMs(retries: number): number {
  return Math.min(100 * 2 ** retries, 5000)
}

/** Invokes the function and tells how many of the records, from the first, it is done with. */
async function countSucceeded(records: readonly StreamRecord[], o: DeliverOptions): Promise<number> {
  const payload = { Records: records.map((record) => toLambdaRecord(record, o.source)) }
  const { payload: answer, error } = await o.invoke(payload).catch(
    (thrown: unknown): Invocation => ({
      payload: null,
      error: { errorType: 'InvocationFailed', errorMessage: String(thrown) },
    }),
  )
  if (!error) return o.policy.partialResponses ? countBeforeFailure(answer, records) : records.length
  const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
  o.log(
    'stream',
    `${o.source.functionArn} failed on ${numbers.join(', ')}: ${error.errorType} ${error.errorMessage}`,
  )
  return 0
}

/** Reads `{batchItemFailures: [{itemIdentifier}]}`; nothing is success, and anything garbled fails the batch. */
function countBeforeFailure(answer: unknown, records: readonly StreamRecord[]): number {
  if (answer === null || answer === undefined) return records.length
  if (typeof answer !== 'object' || Array.isArray(answer)) return 0
  const failures: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : null
  if (failures === null || failures === undefined) return records.length
  if (!Array.isArray(failures)) return 0
  const places = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure?.itemIdentifier),
  )
  return places.includes(-1) ? 0 : Math.min(records.length, ...places)
}

/** The record as a function gets it. The engine's own event ids are unique in one stream only. */
function toLambdaRecord(record: StreamRecord, source: BatchSource): object {
  const { eventName, dynamodb, userIdentity } = record
  const identity = `${source.streamArn} ${dynamodb.SequenceNumber}`
  return {
    eventID: createHash('md5').update(identity).digest('hex'),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: source.region,
    dynamodb,
    ...(userIdentity !== undefined && { userIdentity }),
    eventSourceARN: source.streamArn,
  }
}

async function discard(
  records: readonly StreamRecord[],
  attempt: Attempt,
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded',
  o: DeliverOptions,
): Promise<void> {
  const batch = describeDiscarded(records, attempt.invocations, condition, o.source)
  const { startSequenceNumber: from, endSequenceNumber: to } = batch.DDBStreamBatchInfo
  o.log('stream', `${o.source.functionArn} lost ${from} to ${to}: ${condition}`)
  await o
    .onDiscarded?.(batch)
    ?.catch((error: unknown) => o.log('stream', `failure destination: ${String(error)}`))
  o.onSettled(records)
}

function describeDiscarded(
  records: readonly StreamRecord[],
  approximateInvokeCount: number,
  condition: string,
  { functionArn, shardId, streamArn }: BatchSource,
) {
  const ends = [records.at(0), records.at(-1)].flatMap((record) => record ?? [])
  const [startSequenceNumber = '', endSequenceNumber = ''] = ends.map(
    ({ dynamodb }) => dynamodb.SequenceNumber,
  )
  const [first = '', last = ''] = ends.map((record) => new Date(arrivalOf(record)).toISOString())
  return {
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount },
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      ...{ shardId, startSequenceNumber, endSequenceNumber },
      ...{ approximateArrivalOfFirstRecord: first, approximateArrivalOfLastRecord: last },
      ...{ batchSize: records.length, streamArn },
    },
  }
}

function arrivalOf(record: StreamRecord): number {
  return record.dynamodb.ApproximateCreationDateTime * 1000
}
