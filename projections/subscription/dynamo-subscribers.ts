import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../domain/kernel/clock.ts'
import { createDynamoRowStore } from '../engine/dynamo-row-store.ts'
import { createDynamoGenerationLists } from '../generations/dynamo-generation-lists.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { createSubscribers, type Subscribers } from './subscribers.ts'

/** Those of the read model's table in DynamoDB. */
export function createDynamoSubscribers(
  versions: ProjectionVersions,
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): Subscribers {
  return createSubscribers(
    versions,
    createDynamoRowStore(client, tableName, clock),
    createDynamoGenerationLists(client, tableName, clock),
    clock,
  )
}
