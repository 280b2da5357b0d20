import type { DynamoDBRecord } from 'aws-lambda'
import { createMemoryShardReader } from '../../../projections/redrive/memory-shard-reader.ts'
import { shardReaderContract } from '../../contract/shard-reader.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { record } from '../../kit/stores/stream-record.ts'

shardReaderContract('memory', async () => {
  const shard: DynamoDBRecord[] = []
  return {
    reader: createMemoryShardReader(() => shard),
    range: (startSequenceNumber, endSequenceNumber) => ({
      streamArn: 'stream',
      shardId: 'shard',
      startSequenceNumber,
      endSequenceNumber,
    }),
    async write(commits) {
      const written = Array.from({ length: commits }, (_, index) =>
        record({ ...newCommit(), stream: `voyage-${index}`, version: 1 }),
      )
      shard.push(...written)
      return written.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')
    },
  }
})
