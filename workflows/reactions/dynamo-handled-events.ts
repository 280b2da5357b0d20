import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'

/**
 * What reactions have done, in a table of DynamoDB: key `id` (string); `expiration`, in seconds since 1970, is its
 * time to live.
 */
export function createDynamoDone(
  tableName: string,
  clientConfig: DynamoDBClientConfig = {},
): DynamoDBPersistenceLayer {
  return new DynamoDBPersistenceLayer({
    tableName,
    clientConfig: {
      requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
      ...clientConfig,
    },
  })
}
