import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { keep, type Stored, tableSettings } from './stored.ts'

/**
 * The table of all read models. It has no backup, because it can be rebuilt from the events. Its one index is for lookups that may lag. So far there is one: the operator's list of parked streams
 * (`projections/engine/parked-index.ts`). The index contains only the items that have its keys.
 */
export function addReadModel(scope: Construct, { stage }: Stored): TableV2 {
  return new TableV2(scope, 'ReadModel', {
    partitionKey: { name: 'PK', type: AttributeType.STRING },
    sortKey: { name: 'SK', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: 'GSI1',
        partitionKey: { name: 'GSI1PK', type: AttributeType.STRING },
        sortKey: { name: 'GSI1SK', type: AttributeType.STRING },
        // The rest of an item is read from the table, so a change of it does not write to the index.
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
    ...tableSettings(stage),
    removalPolicy: keep,
  })
}
