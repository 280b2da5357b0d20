import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'

/**
 * The table of all read models. It goes with the stack and has no backup: it can be rebuilt from the events. Its one
 * index is for lookups where a lag does no harm, and so far for one: what is parked, by the operator
 * (`projections/engine/parked-index.ts`). Only an item that has the index's keys stands in it.
 */
export function addReadModel(scope: Construct): TableV2 {
  return new TableV2(scope, 'ReadModel', {
    partitionKey: { name: 'PK', type: AttributeType.STRING },
    sortKey: { name: 'SK', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: 'GSI1',
        partitionKey: { name: 'GSI1PK', type: AttributeType.STRING },
        sortKey: { name: 'GSI1SK', type: AttributeType.STRING },
        // What is found is read again in the table, so the index need not be written where only that changes.
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
    billing: Billing.onDemand(),
    removalPolicy: RemovalPolicy.DESTROY,
  })
}
