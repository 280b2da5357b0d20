import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import type { Commit } from '../../../domain/kernel/event.ts'

let sequence = 0

/** A record of the event store's stream as Lambda receives it. `over` can replace the commit's events. */
export function record(commit: Commit, over: Partial<DynamoDBRecord> = {}, events?: string): DynamoDBRecord {
  sequence += 1
  const item = { ...toItem(commit), ...(events === undefined ? {} : { events }) }
  // Both types describe the same JSON.
  const image = marshall(item) as Record<string, AttributeValue>
  const { pk, sk } = image
  return {
    eventName: 'INSERT',
    dynamodb: {
      Keys: { ...(pk && { pk }), ...(sk && { sk }) },
      NewImage: image,
      SequenceNumber: `${sequence}`,
    },
    ...over,
  }
}
