import { createDynamoParkedIndex } from '../../../../projections/engine/dynamo-parked-index.ts'
import { createDynamoRowStore } from '../../../../projections/engine/dynamo-row-store.ts'
import { createMemoryRowStore } from '../../../../projections/engine/memory-row-store.ts'
import { createDynamoGenerationLists } from '../../../../projections/generations/dynamo-generation-lists.ts'
import { createMemoryGenerationLists } from '../../../../projections/generations/memory-generation-lists.ts'
import { createDynamoCheckpoints } from '../../../../projections/rebuild/replay/dynamo-checkpoints.ts'
import { createDynamoRowRemover } from '../../../../projections/rebuild/replay/dynamo-row-remover.ts'
import { createMemoryCheckpoints } from '../../../../projections/rebuild/replay/memory-checkpoints.ts'
import { createMemoryRowRemover } from '../../../../projections/rebuild/replay/memory-row-remover.ts'
import { checkpointsContract } from '../../../contract/checkpoints.ts'
import { generationListsContract } from '../../../contract/generation-lists.ts'
import { rowRemoverContract } from '../../../contract/row-remover.ts'
import { manualClock } from '../../../kit/clocks/manual-clock.ts'
import { embeddedDynamoDb } from '../../../kit/stores/embedded-dynamodb.ts'

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
  rows: { ...createDynamoRowStore(client, table, clock), ...createDynamoParkedIndex(client, table) },
  // Pages of 20 items, so that a clean-up takes several.
  remover: createDynamoRowRemover(client, table, clock, 20),
}))
