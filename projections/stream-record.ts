import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { fromItem } from '../commands/event-store/commit-item.ts'
import type { Commit } from '../domain/kernel/event.ts'

/** The commit that a record of the event store's stream brings. Throws `unreadable` for anything else. */
export function commitOf(record: DynamoDBRecord): Commit {
  // The same JSON, typed twice: once by the Lambda types and once by the SDK.
  return fromItem(unmarshall((record.dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
}

/** The commit's key, which can be read where the commit cannot. */
export function placeOf(record: DynamoDBRecord): {
  stream: string | undefined
  version: string | undefined
} {
  return { stream: record.dynamodb?.Keys?.['pk']?.S, version: record.dynamodb?.Keys?.['sk']?.N }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
