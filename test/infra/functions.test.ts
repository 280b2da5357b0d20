import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { functionNames } from '../../infra/bundle.ts'
import { fieldsOf, readTemplate } from '../../infra/local/template.ts'
import { declared, declaredOf } from '../kit/declared-resources.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

const all = ['CommandApi', 'QueryApi', 'Projector']

function statementsOf(name: string): readonly Statement[] {
  const document = declared(`${name}RoleDefaultPolicy`).Properties['PolicyDocument']
  return fieldsOf(document)['Statement'] as Statement[] // what a policy document holds
}

const table = 'EVENT_STORE_TABLE'
const both = { [table]: 'EventStore', READ_MODEL_TABLE: 'ReadModel' }

describe('the function', () => {
  it.each([
    ['CommandApi', 'command-api', 15, { [table]: 'EventStore' }],
    [
      'QueryApi',
      'query-api',
      10,
      { ...both, USER_POOL_ID: 'UserPool', USER_POOL_CLIENT_ID: 'UserPoolClient' },
    ],
    ['Projector', 'projector', 60, both],
  ])('%s runs its bundle on the newest Node with what that needs', (name, service, seconds, environment) => {
    const { Properties } = declared(name)
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: seconds,
      Role: `${name}Role.Arn`,
    })
    expect(Properties['Environment']).toEqual({
      Variables: {
        ...environment,
        POWERTOOLS_SERVICE_NAME: service,
        NODE_OPTIONS: '--enable-source-maps',
      },
    })
    const folder = readTemplate(inject('assembly')).assetFolder(String(fieldsOf(Properties['Code'])['S3Key']))
    expect(existsSync(join(folder, 'index.mjs'))).toBe(true)
    expect(existsSync(join(folder, 'index.mjs.map'))).toBe(true)
  })

  it.each(all)('%s writes a log of its own, kept for a month', (name) => {
    expect(declared(name).Properties['LoggingConfig']).toEqual({ LogGroup: `${name}Log` })
    expect(declared(`${name}Log`).Properties).toEqual({ RetentionInDays: 30 })
  })

  it.each(all)('%s is made after the policy that it works under', (name) => {
    expect(declared(name).DependsOn).toContain(`${name}RoleDefaultPolicy`)
  })

  it('is there once for each bundle', () => {
    const services = declaredOf('AWS::Lambda::Function').map(
      ({ Properties }) =>
        fieldsOf(fieldsOf(Properties['Environment'])['Variables'])['POWERTOOLS_SERVICE_NAME'],
    )
    expect(services).toEqual(functionNames)
  })
})

describe('the role', () => {
  it.each([
    ['CommandApi', { 'EventStore.Arn': ['PutItem', 'Query'] }],
    [
      'QueryApi',
      {
        'EventStore.Arn': ['Query'],
        'ReadModel.Arn': ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'],
      },
    ],
    [
      'Projector',
      {
        'EventStore.Arn': ['Query'],
        'ReadModel.Arn': ['DeleteItem', 'GetItem', 'PutItem'],
        'EventStore.StreamArn': ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'],
      },
    ],
  ])('of %s allows exactly what it calls', (name, data) => {
    const granted = statementsOf(name).map(({ Effect, Action, Resource }) => [
      Effect,
      Resource,
      [Action].flat().toSorted(),
    ])
    expect(granted).toEqual([
      ['Allow', `${name}Log.Arn`, ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ...Object.entries(data).map(([resource, actions]) => [
        'Allow',
        resource,
        actions.map((action) => `dynamodb:${action}`),
      ]),
    ])
  })

  it.each(all)('of %s has no policy but that one, and is for Lambda alone', (name) => {
    const role = `${name}Role`
    expect(declared(role).Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    })
    const policies = declaredOf('AWS::IAM::Policy').filter(({ Properties }) =>
      [Properties['Roles']].flat().includes(role),
    )
    expect(policies).toHaveLength(1)
  })

  it('allows nothing by a wildcard', () => {
    const granted = declaredOf('AWS::IAM::Policy').map(({ Properties }) => Properties['PolicyDocument'])
    expect(granted).toHaveLength(all.length)
    expect(JSON.stringify(granted)).not.toContain('*')
  })
})
