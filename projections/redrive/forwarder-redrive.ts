import { Logger } from '@aws-lambda-powertools/logger'
import { handler as forward } from '../forwarder/forwarder.ts'
import { createDynamoShardReader } from './dynamo-shard-reader.ts'
import { redriveHandler } from './redrive-handler.ts'

export const handler = redriveHandler({
  reader: createDynamoShardReader(),
  deliver: forward,
  logger: new Logger(),
})
