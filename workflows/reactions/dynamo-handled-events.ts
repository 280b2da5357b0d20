import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { answerWithin } from '../../commands/aws/client.ts'

/**
 * The events that reactions have handled, in a DynamoDB table. The key is `id` (string). `expiration` is the time to
 * live, in seconds since 1970.
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
