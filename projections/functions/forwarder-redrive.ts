import { Logger } from '@aws-lambda-powertools/logger'
import { createDynamoShardReader } from '../redrive/dynamo-shard-reader.ts'
import { redriveHandler } from '../redrive/redrive-handler.ts'
import { handler as forward } from './forwarder.ts'

export const handler = redriveHandler({
  reader: createDynamoShardReader(),
  deliver: forward,
  logger: new Logger(),
})
