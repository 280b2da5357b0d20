import type { Logger } from '@aws-lambda-powertools/logger'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { asError } from '../../commands/aws/errors.ts'
import { fromItem } from '../../commands/event-store/commit-item.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'

/** A record of the event store's stream. Its key is readable even if its commit is not. */
export interface Delivery {
  readonly stream: StreamName
  /** Version of the commit's first event. */
  readonly version: number
  /** The position of the record in the shard. */
  readonly sequenceNumber: string
  readonly commit: Commit | { readonly unreadable: unknown }
}

/** Throws if the key is unreadable. Annals never writes such a record. */
export function deliveryOf(record: DynamoDBRecord): Delivery {
  const { stream: name = '', version } = recordKeyOf(record)
  const { stream } = parseStreamName(name)
  const key = { stream, version: Number(version), sequenceNumber: record.dynamodb?.SequenceNumber ?? '' }
  if (!Number.isInteger(key.version) || key.version < 1) throw new Error(`${version} is not a valid version.`)
  try {
    return { ...key, commit: commitOf(record) }
  } catch (unreadable) {
    return { ...key, commit: { unreadable } }
  }
}

/** The records of a batch. */
export interface ReadRecords {
  /** The readable records, in their order. */
  readonly deliveries: readonly Delivery[]
  /** The sequence numbers of records with an unreadable key. */
  readonly unreadable: readonly string[]
  /**
   * Records that report a changed or removed commit. This must never happen, because commits are permanent. These
   * records deliver nothing.
   */
  readonly changed: readonly DynamoDBRecord[]
}

/** Reads the records of a batch, and logs the unreadable ones. */
export function readRecords(records: readonly DynamoDBRecord[], logger: Pick<Logger, 'error'>): ReadRecords {
  const deliveries: Delivery[] = []
  const unreadable: string[] = []
  const changed: DynamoDBRecord[] = []
  for (const record of records) {
    if (record.eventName !== 'INSERT') {
      changed.push(record)
      continue
    }
    try {
      deliveries.push(deliveryOf(record))
    } catch (error) {
      logger.error('record cannot be read', { ...recordKeyOf(record), error: asError(error) })
      unreadable.push(record.dynamodb?.SequenceNumber ?? '')
    }
  }
  return { deliveries, unreadable, changed }
}

/** Groups deliveries by stream, in their order. */
export function byStream(deliveries: readonly Delivery[]): [StreamName, Delivery[]][] {
  const streams = new Map<StreamName, Delivery[]>()
  for (const delivery of deliveries) {
    const found = streams.get(delivery.stream)
    if (found === undefined) streams.set(delivery.stream, [delivery])
    else found.push(delivery)
  }
  return [...streams]
}

/** The correlation ids of the commits that were delivered for a stream. */
export function correlationIdsOf(deliveries: readonly Delivery[], stream: StreamName): string[] {
  return commitsOf(deliveries.filter((delivery) => delivery.stream === stream)).map(
    ({ correlationId }) => correlationId,
  )
}

/** The readable commits of a stream's deliveries. */
export function commitsOf(deliveries: readonly Delivery[]): Commit[] {
  return deliveries.flatMap(({ commit }) => ('unreadable' in commit ? [] : [commit]))
}

function commitOf(record: DynamoDBRecord): Commit {
  // The two types describe the same JSON. One is from the Lambda types and the other from the SDK.
  return fromItem(unmarshall((record.dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
}

/** The commit's key, which is readable even if the commit is not. */
export function recordKeyOf(record: DynamoDBRecord): {
  stream: string | undefined
  version: string | undefined
} {
  return { stream: record.dynamodb?.Keys?.['pk']?.S, version: record.dynamodb?.Keys?.['sk']?.N }
}
