import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { fromItem } from '../../commands/event-store/commit-item.ts'
import type { Commit } from '../../domain/kernel/event.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'

/** A record of the event store's stream. Its key can be read where its commit cannot. */
export interface Delivery {
  readonly stream: StreamName
  /** Version of the commit's first event. */
  readonly version: number
  /** Its place in the shard. */
  readonly sequenceNumber: string
  readonly commit: Commit | { readonly unreadable: unknown }
}

/** Throws where not even the key can be read, which no code of ours wrote. */
export function deliveryOf(record: DynamoDBRecord): Delivery {
  const { stream: name = '', version } = recordKeyOf(record)
  const { stream } = parseStreamName(name)
  const key = { stream, version: Number(version), sequenceNumber: record.dynamodb?.SequenceNumber ?? '' }
  if (!Number.isInteger(key.version) || key.version < 1) throw new Error(`${version} is not a version.`)
  try {
    return { ...key, commit: commitOf(record) }
  } catch (unreadable) {
    return { ...key, commit: { unreadable } }
  }
}

/** The commits that a stream's records brought and that can be read. */
export function commitsOf(deliveries: readonly Delivery[]): Commit[] {
  return deliveries.flatMap(({ commit }) => ('unreadable' in commit ? [] : [commit]))
}

function commitOf(record: DynamoDBRecord): Commit {
  // The same JSON, typed twice: once by the Lambda types and once by the SDK.
  return fromItem(unmarshall((record.dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
}

/** The commit's key, which can be read where the commit cannot. */
export function recordKeyOf(record: DynamoDBRecord): {
  stream: string | undefined
  version: string | undefined
} {
  return { stream: record.dynamodb?.Keys?.['pk']?.S, version: record.dynamodb?.Keys?.['sk']?.N }
}
