import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { keep, type Stored, tableSettings } from './stored.ts'

/** The actions that change or remove an item, except `PutItem`: no policy can require the condition of a put. */
const forbidden = [
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
]

/**
 * The table of commits, which nothing else could rebuild. It survives the stack, can be restored to any second of the
 * last 35 days, and nobody, administrators included, can change a commit in it. It has no index, because a throttled
 * index throttles the writes of its table.
 */
export function addEventStore(scope: Construct, { stage, isProtected }: Stored): TableV2 {
  return new TableV2(scope, 'EventStore', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.NUMBER },
    ...tableSettings(stage),
    dynamoStream: StreamViewType.NEW_IMAGE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: isProtected,
    removalPolicy: keep,
    resourcePolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'AppendOnly',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: forbidden.map((action) => `dynamodb:${action}`),
          // The table itself, which its policy cannot name because both are created together.
          resources: ['*'],
        }),
      ],
    }),
  })
}
