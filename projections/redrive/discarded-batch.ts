import * as z from 'zod/mini'
import type { ShardRange } from './shard-reader.ts'

/**
 * Lambda's message about records that a stream mapping gave up. It contains their position and the reason, but not the
 * records.
 */
export interface DiscardedBatch extends ShardRange {
  /**
   * The number of records that the function received. The range also contains the records that the mapping's filter
   * excluded.
   */
  readonly batchSize: number
  /** Why the mapping gave up, such as `RetryAttemptsExhausted`. */
  readonly condition: string
}

const sequenceNumber = z.string().check(z.regex(/^\d+$/))

/**
 * The part of the message that is used here. Source: "Retain discarded records for a DynamoDB event source" in the
 * Lambda developer guide.
 */
const message = z.object({
  requestContext: z.object({ condition: z.string() }),
  DDBStreamBatchInfo: z.object({
    streamArn: z.string(),
    shardId: z.string(),
    startSequenceNumber: sequenceNumber,
    endSequenceNumber: sequenceNumber,
    batchSize: z.number(),
  }),
})

/** Parses a message from a mapping's failure destination. Throws for any other text. */
export function discardedBatchOf(body: string): DiscardedBatch {
  const { requestContext, DDBStreamBatchInfo: info } = message.parse(JSON.parse(body))
  return { ...info, condition: requestContext.condition }
}
