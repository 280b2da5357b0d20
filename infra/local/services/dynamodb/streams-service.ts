import * as z from 'zod'
import { AwsError, type AwsRequest, type AwsService, readInput } from '../../gateway/aws-service.ts'
import { type DynamoDbAddress, postDynamoDb, streamsTarget } from './client.ts'
import { streamOperations } from './operations.ts'
import { listShards } from './stream-shards.ts'

const place = z.object({
  StreamArn: z.string(),
  ShardId: z.string(),
  ShardIteratorType: z.enum(['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON', 'LATEST']),
  SequenceNumber: z.string().max(40).regex(/^\d+$/).optional(),
})
const listing = z.object({ TableName: z.string().optional() })
const description = z.object({ StreamArn: z.string(), ExclusiveStartShardId: z.string().optional() })
const reading = z.object({ ShardIterator: z.string().includes('|'), Limit: z.int().min(1).optional() })

/**
 * DynamoDB Streams for functions and operators. An iterator starts with the ARN of its stream, as on AWS, so that the
 * permission to read it can be checked. The rest of the iterator is that of the engine.
 */
export function createDynamoDbStreams(address: DynamoDbAddress): AwsService {
  const read = <S extends z.ZodType>(request: AwsRequest, schema: S) =>
    readInput(request, schema, 'ValidationException')
  const post = (operation: string, input: object) =>
    postDynamoDb(address, `${streamsTarget}.${operation}`, Buffer.from(JSON.stringify(input)))

  /** Throws the error of DynamoDB for trimmed records and unknown shards. The engine would return an empty page. */
  async function checkPlace({ StreamArn, ShardId, SequenceNumber }: z.output<typeof place>): Promise<void> {
    const shards = await listShards(address, StreamArn)
    const shard = shards.find((one) => one.ShardId === ShardId)
    if (shard === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Shard: ${ShardId} in Stream: ${StreamArn} not found`,
      )
    }
    const { StartingSequenceNumber: oldest = '0' } = shard.SequenceNumberRange
    if (SequenceNumber !== undefined && BigInt(SequenceNumber) < BigInt(oldest)) {
      throw new AwsError(
        'TrimmedDataAccessException',
        'The operation attempted to read past the oldest stream record in a shard',
      )
    }
  }

  function streamOf(request: AwsRequest): string {
    if (request.operation === 'GetRecords') return partsOf(read(request, reading).ShardIterator).streamArn
    return read(request, request.operation === 'DescribeStream' ? description : place).StreamArn
  }

  return {
    targets: [streamsTarget],
    operations: streamOperations,
    permissions(request) {
      if (request.operation === 'ListStreams') return [{ action: 'dynamodb:ListStreams', resource: '*' }]
      return [{ action: `dynamodb:${request.operation}`, resource: streamOf(request) }]
    },
    async handle(request) {
      if (request.operation === 'ListStreams')
        return inRegion(await post('ListStreams', read(request, listing)), address.region)
      if (request.operation === 'DescribeStream') {
        return post('DescribeStream', read(request, description))
      }
      if (request.operation === 'GetShardIterator') {
        const input = read(request, place)
        await checkPlace(input)
        return withStream(input.StreamArn, await post('GetShardIterator', input))
      }
      const { ShardIterator, ...rest } = read(request, reading)
      const { streamArn, iterator } = partsOf(ShardIterator)
      return withStream(streamArn, await post('GetRecords', { ...rest, ShardIterator: iterator }))
    },
  }
}

/** The answer with the region in its ARNs, in place of the embedded engine's own name. */
function inRegion(answer: Awaited<ReturnType<typeof postDynamoDb>>, region: string) {
  if (answer.status !== 200) return answer
  const body = String(answer.body).replace(/arn:aws:dynamodb:dynoxide:/g, `arn:aws:dynamodb:${region}:`)
  return { status: 200, body }
}

function partsOf(iterator: string): { streamArn: string; iterator: string } {
  const [streamArn = '', , own = ''] = iterator.split('|')
  return { streamArn, iterator: own }
}

/** Returns the answer with the stream's ARN in its iterators. */
function withStream(streamArn: string, answer: Awaited<ReturnType<typeof postDynamoDb>>) {
  if (answer.status !== 200) return answer
  // This is the engine's answer to any operation. Only its iterators are read.
  const body = JSON.parse(answer.body.toString()) as Record<string, unknown>
  for (const name of ['ShardIterator', 'NextShardIterator'])
    if (typeof body[name] === 'string') body[name] = `${streamArn}|1|${body[name]}`
  return { status: 200, body: JSON.stringify(body) }
}
