import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { environment } from '../../commands/aws/environment.ts'
import { systemClock as clock } from '../../commands/aws/system-clock.ts'
import { createDynamoRowStore } from '../engine/dynamo-row-store.ts'
import type { RowStore } from '../engine/row-store.ts'
import { createDynamoGenerationLists } from '../generations/dynamo-generation-lists.ts'
import type { GenerationLists } from '../generations/generation-list.ts'

export interface ReadModel {
  readonly rows: RowStore
  readonly lists: GenerationLists
}

/** The read models in the table that the function's environment names. */
export function readModelFromEnvironment(client: DynamoDBDocumentClient): ReadModel {
  const table = environment('READ_MODEL_TABLE')
  return {
    rows: createDynamoRowStore(client, table, clock),
    lists: createDynamoGenerationLists(client, table, clock),
  }
}
