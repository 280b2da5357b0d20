import { Logger } from '@aws-lambda-powertools/logger'
import { environment } from '../../commands/aws/environment.ts'
import { createDynamoShardReader } from '../redrive/dynamo-shard-reader.ts'
import { redriveHandler } from '../redrive/redrive-handler.ts'
import { handler as project } from './projector.ts'

export const handler = redriveHandler({
  reader: createDynamoShardReader(),
  deliver: project,
  maxReceives: Number(environment('MAX_RECEIVES')),
  logger: new Logger(),
})
