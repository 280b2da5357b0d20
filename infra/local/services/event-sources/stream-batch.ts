import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../gateway/aws-service.ts'
import type { StreamRecord } from '../dynamodb/stream-shards.ts'
import type { Invocation } from '../lambda/invocation.ts'
import { failedItems } from './partial-response.ts'

/** How a mapping treats a failing batch, according to its properties. */
export interface RetryPolicy {
  /** Retries after the first attempt; `Infinity` if there is no limit. */
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

/** Lambda's message to an on-failure destination. It names the records without their content. */
export type DiscardedBatch = ReturnType<typeof describeDiscarded>

export interface DeliverOptions {
  readonly source: BatchSource
  readonly policy: RetryPolicy
  readonly invoke: (payload: unknown) => Promise<Invocation>
  /** Called with records that are settled: delivered or discarded. The oldest come first. */
  readonly onSettled: (records: readonly StreamRecord[]) => void
  readonly onDiscarded?: ((batch: DiscardedBatch) => Promise<void>) | undefined
  /** Stops the retries. Records that are not settled by then stay unsettled. */
  readonly signal: AbortSignal
  readonly log: Log
}

interface Attempt {
  readonly records: readonly StreamRecord[]
  readonly retries: number
  readonly invocations: number
  /** Whether the last invocation ended with an error, not with reported failures. */
  readonly threw: boolean
}

/**
 * Delivers a batch until all of its records are settled (Lambda developer guide, "Using Lambda with DynamoDB"). A
 * partial response rewinds to the lowest record reported. With bisecting, the batch is split there, and in halves if
 * nothing succeeded; a split does not count as a retry, but every other attempt does. A batch that is out of retries or
 * too old is discarded, so that the shard continues.
 */
export async function deliver(batch: readonly StreamRecord[], o: DeliverOptions): Promise<void> {
  const pending: Attempt[] = [{ records: batch, retries: 0, invocations: 0, threw: false }]
  for (let attempt = pending.shift(); attempt && !o.signal.aborted; attempt = pending.shift()) {
    const oldest = Date.now() - o.policy.maxAgeMs
    const aged = attempt.records.filter((record) => arrivalOf(record) < oldest)
    if (aged.length > 0) {
      const fresh = attempt.records.filter((record) => !aged.includes(record))
      await discard(aged, attempt, 'RecordAgeExceeded', o)
      if (fresh.length > 0) pending.unshift({ ...attempt, records: fresh })
      continue
    }
    const { succeeded, threw } = await invokeOnce(attempt.records, o)
    if (succeeded > 0) o.onSettled(attempt.records.slice(0, succeeded))
    const records = attempt.records.slice(succeeded)
    if (records.length === 0) continue
    const next = { records, retries: attempt.retries, invocations: attempt.invocations + 1, threw }
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

/** Invokes the function and returns how many records, from the first, it has handled. */
async function invokeOnce(
  records: readonly StreamRecord[],
  o: DeliverOptions,
): Promise<{ readonly succeeded: number; readonly threw: boolean }> {
  const payload = { Records: records.map((record) => toLambdaRecord(record, o.source)) }
  const { payload: answer, error } = await o.invoke(payload).catch(
    (thrown: unknown): Invocation => ({
      payload: null,
      error: { errorType: 'InvocationFailed', errorMessage: String(thrown) },
    }),
  )
  const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber)
  if (!error) {
    const failed = o.policy.partialResponses ? failedItems(answer, numbers) : []
    const first = numbers.findIndex((number) => failed.includes(number))
    return { succeeded: first === -1 ? numbers.length : first, threw: false }
  }
  o.log(
    'stream',
    `${o.source.functionArn} failed on ${numbers.join(', ')}: ${error.errorType} ${error.errorMessage}`,
  )
  return { succeeded: 0, threw: true }
}

/** Returns a record in the form that a function receives. The engine's own event ids are unique in one stream only. */
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
  const batch = describeDiscarded(records, attempt, condition, o.source)
  const { startSequenceNumber: from, endSequenceNumber: to } = batch.DDBStreamBatchInfo
  o.log('stream', `${o.source.functionArn} lost ${from} to ${to}: ${condition}`)
  await o
    .onDiscarded?.(batch)
    ?.catch((error: unknown) => o.log('stream', `failure destination: ${String(error)}`))
  o.onSettled(records)
}

/** Lambda developer guide, "Retain discarded records for a DynamoDB event source". */
function describeDiscarded(
  records: readonly StreamRecord[],
  { invocations, threw }: Attempt,
  condition: string,
  { functionArn, shardId, streamArn }: BatchSource,
) {
  const ends = [records.at(0), records.at(-1)].flatMap((record) => record ?? [])
  const [startSequenceNumber = '', endSequenceNumber = ''] = ends.map(
    ({ dynamodb }) => dynamodb.SequenceNumber,
  )
  const isoSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '')
  const [first = '', last = ''] = ends.map((record) => isoSeconds(arrivalOf(record)))
  const functionError = threw ? 'Unhandled' : null
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0 && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError },
    }),
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber,
      endSequenceNumber,
      approximateArrivalOfFirstRecord: first,
      approximateArrivalOfLastRecord: last,
      batchSize: records.length,
      streamArn,
    },
  }
}

function arrivalOf(record: StreamRecord): number {
  return record.dynamodb.ApproximateCreationDateTime * 1000
}
