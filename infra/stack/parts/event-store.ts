import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** Everything that changes or removes an item but is no `PutItem`, whose condition no policy can ask for. */
const forbidden = [
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
]

/**
 * The table of commits, the one thing that cannot be made again: it survives the stack, can be restored to any
 * second of the last 35 days, and nobody, administrators included, can change a commit in it. It has no index,
 * because a throttled index throttles the writes of its table.
 */
export function addEventStore(scope: Construct): TableV2 {
  return new TableV2(scope, 'EventStore', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.NUMBER },
    billing: Billing.onDemand(),
    dynamoStream: StreamViewType.NEW_IMAGE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    resourcePolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'AppendOnly',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: forbidden.map((action) => `dynamodb:${action}`),
          // The table itself: its policy is made with it and cannot name it yet.
          resources: ['*'],
        }),
      ],
    }),
  })
}
