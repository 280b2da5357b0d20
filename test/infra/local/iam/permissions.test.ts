import { describe, expect, it } from 'vitest'
import { createResolver, type Properties, type Template } from '../../../../infra/local/cloud/template.ts'
import { readPermissions } from '../../../../infra/local/iam/permissions.ts'
import { type HeldGrant, readGrants } from '../../../../infra/local/iam/roles.ts'

const account = 'arn:aws:dynamodb:eu-west-1:000000000000:table/Annals-'
const allow = (Action: unknown, Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })

const resources = {
  Writer: ['AWS::Lambda::Function', { Role: arnOf('WriterRole') }],
  WriterRole: ['AWS::IAM::Role', {}],
  WriterPolicy: [
    'AWS::IAM::Policy',
    {
      Roles: [{ Ref: 'WriterRole' }],
      PolicyDocument: {
        Statement: [
          allow(['dynamodb:PutItem', 'dynamodb:Query'], arnOf('Store')),
          allow('dynamodb:GetItem', [
            arnOf('Store'),
            { 'Fn::Join': ['', [arnOf('Store'), '/index/', { Ref: 'AWS::Region' }, '-*']] },
          ]),
          allow('s3:ListBucket', arnOf('Store'), { StringLike: { 's3:prefix': ['in/*', 'out/*'] } }),
          { ...allow('dynamodb:DeleteItem', arnOf('Store')), Effect: 'Deny' },
        ],
      },
    },
  ],
  ClockRole: [
    'AWS::IAM::Role',
    {
      Policies: [
        {
          PolicyName: 'Run',
          PolicyDocument: { Statement: [allow('lambda:InvokeFunction', arnOf('Writer'))] },
        },
      ],
    },
  ],
} satisfies Record<string, [string, Properties]>

const all = Object.entries(resources).map(([logicalId, [type, properties]]) => ({
  logicalId,
  type,
  properties,
}))
const template: Template = {
  stackNames: ['Annals'],
  resources: all,
  outputs: {},
  ofType: (type) => all.filter((resource) => resource.type === type),
  assetFolder: () => '',
}

function open() {
  const used: HeldGrant[] = []
  const permissions = readPermissions({
    template,
    resolve: createResolver({ 'AWS::Region': 'eu-west-1' }, (id, attribute) =>
      attribute === 'Ref' ? `Annals-${id}` : id.endsWith('Role') ? `arn:role/Annals-${id}` : account + id,
    ),
    nameOf: (id) => `Annals-${id}`,
    resourcePolicies: new Map(),
    onUse: (grant) => used.push(grant),
  })
  const call = (caller: string | undefined, action: string, resource: string, prefix?: string) =>
    permissions.refusal(
      { operation: '', body: Buffer.alloc(0), headers: {}, caller },
      { permissions: () => [{ action, resource, ...(prefix !== undefined && { prefix }) }] },
    )
  return { permissions, used, call }
}

describe('the record of used grants', () => {
  it('names a grant as the template does, whatever the case of its action and the name of its resource', () => {
    const { used, call } = open()
    expect(call('Writer', 'dynamodb:putitem', `${account}Store`)).toBeUndefined()
    expect(call('Writer', 'dynamodb:GetItem', `${account}Store/index/eu-west-1-7`)).toBeUndefined()
    expect(call('Writer', 's3:ListBucket', `${account}Store`, 'out/1')).toBeUndefined()
    const holder = 'Writer'
    expect(used).toEqual([
      { holder, action: 'dynamodb:PutItem', resource: 'Store', statement: 'WriterPolicy.0' },
      {
        holder,
        action: 'dynamodb:GetItem',
        resource: 'Store/index/<Region>-*',
        statement: 'WriterPolicy.1',
      },
      {
        holder,
        action: 's3:ListBucket',
        resource: 'Store if s3:prefix is out/*',
        statement: 'WriterPolicy.2',
      },
    ])
  })

  it('has neither refused calls nor those of the developer', () => {
    const { used, call } = open()
    expect(call('Writer', 'dynamodb:Scan', `${account}Store`)).toContain('not authorized')
    expect(call(undefined, 'dynamodb:PutItem', `${account}Store`)).toBeUndefined()
    expect(used).toEqual([])
  })

  it('has what a service does on behalf of a role when it does that, not when it checks that it may', () => {
    const { used, permissions } = open()
    const invoke = { action: 'lambda:InvokeFunction', resource: `${account}Writer` }
    expect(permissions.refusalOfRole('arn:role/Annals-ClockRole', 'scheduler', invoke)).toBeUndefined()
    permissions.demand('Writer', [{ action: 'dynamodb:Query', resource: `${account}Store` }])
    expect(used).toEqual([])
    permissions.use({ roleArn: 'arn:role/Annals-ClockRole' }, invoke)
    permissions.use({ functionId: 'Writer' }, { action: 'dynamodb:Query', resource: `${account}Store` })
    expect(used.map(({ holder, action, statement }) => [holder, action, statement])).toEqual([
      ['ClockRole', 'lambda:InvokeFunction', 'ClockRole.Run.0'],
      ['Writer', 'dynamodb:Query', 'WriterPolicy.0'],
    ])
  })
})

describe('the grants of a template', () => {
  it('are one for each action, resource and prefix that a role allows', () => {
    const granted = readGrants(template).map(
      ({ holder, action, resource }) => `${holder} ${action} ${resource}`,
    )
    expect(granted).toEqual([
      'Writer dynamodb:PutItem Store',
      'Writer dynamodb:Query Store',
      'Writer dynamodb:GetItem Store',
      'Writer dynamodb:GetItem Store/index/<Region>-*',
      'Writer s3:ListBucket Store if s3:prefix is in/*',
      'Writer s3:ListBucket Store if s3:prefix is out/*',
      'ClockRole lambda:InvokeFunction Writer',
    ])
  })
})
