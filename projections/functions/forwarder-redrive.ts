import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { createDynamoShardReader } from '../redrive/dynamo-shard-reader.ts'
import { redriveHandler } from '../redrive/redrive-handler.ts'
import { handler as forward } from './forwarder.ts'

export const handler = redriveHandler({
  reader: createDynamoShardReader(),
  deliver: forward,
  maxReceives: Number(environment('MAX_RECEIVES')),
  logger: new Logger(),
})
