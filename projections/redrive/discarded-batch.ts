import * as z from 'zod/mini'
import type { ShardRange } from './shard-reader.ts'

/** Lambda's message about records that a stream mapping gave up: their place and the reason, not their content. */
export interface DiscardedBatch extends ShardRange {
  /** How many records the function got; the range holds those that the mapping's filter left out as well. */
  readonly batchSize: number
  /** Why they were given up, such as `RetryAttemptsExhausted`. */
  readonly condition: string
}

const sequenceNumber = z.string().check(z.regex(/^\d+$/))

/** Lambda developer guide, "Retain discarded records for a DynamoDB event source": as far as it is read here. */
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

/** Reads the body of a message to a mapping's failure destination. Throws where it is none. */
export function discardedBatchOf(body: string): DiscardedBatch {
  const { requestContext, DDBStreamBatchInfo: info } = message.parse(JSON.parse(body))
  return { ...info, condition: requestContext.condition }
}
