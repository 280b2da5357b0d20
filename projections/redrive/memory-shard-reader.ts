import type { DynamoDBRecord } from 'aws-lambda'
import { placeInShard, type ShardReader } from './shard-reader.ts'

/** One shard in memory, for any shard id. It yields the current content of `shard()` in pages of two records. */
export function createMemoryShardReader(shard: () => readonly DynamoDBRecord[]): ShardReader {
  return {
    async *read({ startSequenceNumber, endSequenceNumber }) {
      const start = BigInt(startSequenceNumber)
      const end = BigInt(endSequenceNumber)
      const kept = shard()
      const isThere = (place: bigint) => kept.some((record) => placeInShard(record) === place)
      const trimmed = !isThere(start) || !isThere(end)
      const range = kept.filter((record) => placeInShard(record) >= start && placeInShard(record) <= end)
      for (let from = 0; from === 0 || from < range.length; from += 2)
        yield { records: range.slice(from, from + 2), trimmed }
    },
  }
}
