import { createDynamoGenerationLists } from '../../projections/engine/dynamo-generation-lists.ts'
import { createDynamoRowStore } from '../../projections/engine/dynamo-row-store.ts'
import { createMemoryGenerationLists } from '../../projections/engine/memory-generation-lists.ts'
import { createMemoryRowStore } from '../../projections/engine/memory-row-store.ts'
import { createDynamoCheckpoints } from '../../projections/replay/dynamo-checkpoints.ts'
import { createDynamoRowRemover } from '../../projections/replay/dynamo-row-remover.ts'
import { createMemoryCheckpoints } from '../../projections/replay/memory-checkpoints.ts'
import { createMemoryRowRemover } from '../../projections/replay/memory-row-remover.ts'
import { checkpointsContract } from '../contract/checkpoints.ts'
import { generationListsContract } from '../contract/generation-lists.ts'
import { rowRemoverContract } from '../contract/row-remover.ts'
import { embeddedDynamoDb } from '../kit/embedded-dynamodb.ts'
import { manualClock } from '../kit/manual-clock.ts'

const { client, readModel } = await embeddedDynamoDb()
const table = await readModel()
const clock = manualClock()

generationListsContract('memory', createMemoryGenerationLists)
generationListsContract('DynamoDB', () => createDynamoGenerationLists(client, table, clock))
checkpointsContract('memory', createMemoryCheckpoints)
checkpointsContract('DynamoDB', () => createDynamoCheckpoints(client, table, clock))
rowRemoverContract('memory', () => {
  const rows = createMemoryRowStore()
  return { rows, remover: createMemoryRowRemover(rows) }
})
rowRemoverContract('DynamoDB', () => ({
  rows: createDynamoRowStore(client, table, clock),
  // Pages of 20 items: it takes several.
  remover: createDynamoRowRemover(client, table, clock, 20),
}))
