import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../domain/kernel/clock.ts'
import { createDynamoRowStore } from '../engine/dynamo-row-store.ts'
import { createDynamoGenerationLists } from '../generations/dynamo-generation-lists.ts'
import type { ProjectionVersions } from '../generations/projection-versions.ts'
import { createOpenUploads, type OpenUploads } from './open-uploads.ts'

/** Those of the read model's table in DynamoDB. */
export function createDynamoOpenUploads(
  versions: ProjectionVersions,
  client: DynamoDBDocumentClient,
  tableName: string,
  clock: Clock,
): OpenUploads {
  return createOpenUploads(
    versions,
    createDynamoRowStore(client, tableName, clock),
    createDynamoGenerationLists(client, tableName, clock),
    clock,
  )
}
