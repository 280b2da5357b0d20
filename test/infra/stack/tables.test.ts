import { describe, expect, it } from 'vitest'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'

const deniedToAll = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:UpdateItem',
]

function replicaOf(name: string): Record<string, unknown> {
  const { Replicas } = declared(name).Properties
  expect(Replicas).toHaveLength(1)
  return (Replicas as Record<string, unknown>[])[0] ?? {} // a list, as checked above
}

describe('the event store', () => {
  it('has commits by stream and version, pay-per-request billing, and a stream of new ones', () => {
    expect(declared('EventStore').Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    })
  })

  it('can be restored to any second, and is not deleted by mistake', () => {
    expect(replicaOf('EventStore')).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    })
  })

  it('survives its stack and its replacement', () => {
    expect(declared('EventStore')).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })

  it('is append-only for every function', () => {
    expect(replicaOf('EventStore')).toHaveProperty('ResourcePolicy.PolicyDocument.Statement', [
      { Sid: 'AppendOnly', Effect: 'Deny', Principal: { AWS: '*' }, Action: deniedToAll, Resource: '*' },
    ])
  })

  it('has no index that could throttle its writes', () => {
    expect(declared('EventStore').Properties).not.toHaveProperty('GlobalSecondaryIndexes')
    expect(declared('EventStore').Properties).not.toHaveProperty('LocalSecondaryIndexes')
  })
})

describe('the read model', () => {
  it('has rows by PK and SK, pay-per-request billing, no stream, and one sparse index of keys alone', () => {
    const { Properties } = declared('ReadModel')
    expect(Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'PK', AttributeType: 'S' },
        { AttributeName: 'SK', AttributeType: 'S' },
        { AttributeName: 'GSI1PK', AttributeType: 'S' },
        { AttributeName: 'GSI1SK', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [
        {
          IndexName: 'GSI1',
          KeySchema: [
            { AttributeName: 'GSI1PK', KeyType: 'HASH' },
            { AttributeName: 'GSI1SK', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    })
    expect(Properties).not.toHaveProperty('StreamSpecification')
  })

  it('survives its stack, and costs no backup, because it can be rebuilt', () => {
    expect(declared('ReadModel')).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
    expect(replicaOf('ReadModel')).toEqual({
      Region: 'region',
      GlobalSecondaryIndexes: [{ IndexName: 'GSI1' }],
    })
  })
})

describe('the reservations', () => {
  it('are stored by set and key, with pay-per-request billing', () => {
    expect(declared('Reservations').Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
  })

  it('can be restored to any second, survive their stack, and are not deleted by mistake', () => {
    expect(replicaOf('Reservations')).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    })
    expect(declared('Reservations')).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })
})

describe('a resource that holds data', () => {
  it('keeps its logical id, because a change of that means a new and empty resource', () => {
    const types = ['AWS::DynamoDB::GlobalTable', 'AWS::Cognito::UserPool']
    expect(types.flatMap(declaredOf).map(({ logicalId }) => logicalId)).toEqual([
      'EventStore165FCE28',
      'Reservations25D4BAC6',
      'ReadModel464BD010',
      'HandledEventsFBE4F743',
      'UserPool6BA7E5F2',
    ])
  })
})
