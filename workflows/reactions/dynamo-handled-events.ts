import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { answerWithin } from '../../commands/aws/client.ts'

/**
 * The events that reactions have handled, in a table of DynamoDB: key `id` (string); `expiration`, in seconds since
 * 1970, is its time to live.
 */
export function createDynamoHandledEvents(
  tableName: string,
  clientConfig: DynamoDBClientConfig = {},
): DynamoDBPersistenceLayer {
  return new DynamoDBPersistenceLayer({
    tableName,
    clientConfig: {
      ...answerWithin(3000),
      ...clientConfig,
    },
  })
}
