import { Logger } from '@aws-lambda-powertools/logger'
import { handler as project } from '../projector.ts'
import { createDynamoShardReader } from './dynamo-shard-reader.ts'
import { redriveHandler } from './redrive-handler.ts'

export const handler = redriveHandler({
  reader: createDynamoShardReader(),
  deliver: project,
  logger: new Logger(),
})
