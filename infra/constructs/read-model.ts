import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'

/** The table of all read models. It goes with the stack and has no backup: it can be rebuilt from the events. */
export function addReadModel(scope: Construct): TableV2 {
  return new TableV2(scope, 'ReadModel', {
    partitionKey: { name: 'PK', type: AttributeType.STRING },
    sortKey: { name: 'SK', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    removalPolicy: RemovalPolicy.DESTROY,
  })
}
