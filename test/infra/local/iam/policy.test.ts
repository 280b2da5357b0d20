import { describe, expect, it } from 'vitest'
import { compilePolicy, refusalOf, trusts } from '../../../../infra/local/iam/policy.ts'
import { dynamoDbPermissionsOf } from '../../../../infra/local/services/dynamodb/permissions.ts'

const events = 'arn:aws:dynamodb:eu-west-1:000000000000:table/Events'

const policy = (...statements: object[]) =>
  compilePolicy({ Version: '2012-10-17', Statement: statements }, 'P')
const allow = (action: unknown, resource: unknown) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
})

describe('a role', () => {
  it.each([
    ['the action on the resource that it names', allow('dynamodb:PutItem', events), true],
    [
      'one of several actions',
      allow(['dynamodb:Query', 'dynamodb:PutItem'], ['arn:aws:s3:::x', events]),
      true,
    ],
    ['an action in another case', allow('DynamoDB:putitem', events), true],
    [
      'an action and a resource that a pattern covers',
      allow('dynamodb:Put*', `${events.slice(0, -1)}?`),
      true,
    ],
    ['no other action', allow('dynamodb:Query', events), false],
    ['no action that merely begins with the same letters', allow('dynamodb:Put', events), false],
    ['no other resource', allow('dynamodb:PutItem', `${events}2`), false],
    ['no index by the name of its table', allow('dynamodb:PutItem', `${events}/index/x`), false],
    ['no pattern characters as themselves', allow('dynamodb:PutItem', events.replace('/', '.')), false],
  ])('may do %s', (_, statement, allowed) => {
    const caller = { name: 'role', policies: policy(statement) }
    const refusal = refusalOf({ action: 'dynamodb:PutItem', resource: events }, caller)
    expect(refusal === undefined).toBe(allowed)
  })

  it.each([
    ['a prefix that the condition covers', 'incoming/a', true],
    ['another prefix', 'files/a', false],
    ['the whole bucket', '', false],
    ['anything without a prefix', undefined, false],
  ])('may list %s: %s', (_, prefix, allowed) => {
    const Condition = { StringLike: { 's3:prefix': ['incoming/*'] } }
    const bucket = 'arn:aws:s3:::files'
    const caller = { name: 'role', policies: policy({ ...allow('s3:ListBucket', bucket), Condition }) }
    const permission = { action: 's3:ListBucket', resource: bucket, ...(prefix !== undefined && { prefix }) }
    expect(refusalOf(permission, caller) === undefined).toBe(allowed)
  })

  it('gets an error with the action that it lacks', () => {
    const caller = { name: 'arn:aws:sts::000000000000:assumed-role/Projector/Projector', policies: policy() }
    expect(refusalOf({ action: 'dynamodb:Scan', resource: events }, caller)).toBe(
      'User: arn:aws:sts::000000000000:assumed-role/Projector/Projector is not authorized to perform: ' +
        `dynamodb:Scan on resource: ${events} because no identity-based policy allows the dynamodb:Scan action`,
    )
  })

  it('may not do anything that one of its own statements denies', () => {
    const denied = { ...allow('dynamodb:*', '*'), Effect: 'Deny' }
    const caller = { name: 'role', policies: policy(allow('dynamodb:PutItem', events), denied) }
    expect(refusalOf({ action: 'dynamodb:PutItem', resource: events }, caller)).toContain('explicit deny')
  })
})

describe('a trust policy', () => {
  const service = 'scheduler.amazonaws.com'
  const group = 'arn:aws:scheduler:eu-west-1:000000000000:schedule-group/default'
  const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }
  const where = (StringEquals: object) => ({ ...assume, Condition: { StringEquals } })
  const isTrusted = (...Statement: object[]) => trusts({ Statement }, service, group, 'Role')

  it.each<[string, object, boolean]>([
    ['the service that it names', assume, true],
    ['one of several', { ...assume, Principal: { Service: ['lambda.amazonaws.com', service] } }, true],
    ['no other service', { ...assume, Principal: { Service: 'lambda.amazonaws.com' } }, false],
    ['no service if it names an account', { ...assume, Principal: { AWS: '*' } }, false],
    ['nobody for another action', { ...assume, Action: 'sts:TagSession' }, false],
    [
      'a service that acts for the named source',
      where({ 'aws:SourceArn': group, 'aws:SourceAccount': '000000000000' }),
      true,
    ],
    [
      'a service that acts for one of the named sources',
      where({ 'aws:SourceArn': ['arn:other', group] }),
      true,
    ],
    ['nobody who acts for another source', where({ 'aws:SourceArn': 'arn:other' }), false],
    ['nobody who acts for another account', where({ 'aws:SourceAccount': '111111111111' }), false],
  ])('trusts %s', (_, statement, expected) => {
    expect(isTrusted(statement)).toBe(expected)
  })

  it('trusts by any of its statements, and nobody without one', () => {
    expect(isTrusted({ ...assume, Principal: { Service: 'lambda.amazonaws.com' } }, assume)).toBe(true)
    expect(trusts(undefined, service, group, 'Role')).toBe(false)
  })

  it.each([
    ['ArnLike', { Condition: { ArnLike: { 'aws:SourceArn': group } } }],
    ['aws:SourceOrgID', where({ 'aws:SourceOrgID': 'o' })],
    ['Deny', { Effect: 'Deny' }],
  ])('is refused because of its %s', (name, over) => {
    expect(() => isTrusted({ ...assume, ...over }, assume)).toThrow(
      `Role: ${name} of a trust policy is not modelled`,
    )
  })
})

describe('the policy of a resource', () => {
  const appendOnly = policy({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'dynamodb:DeleteItem',
    Resource: '*',
  })

  it('denies everyone what it denies, including the developer', () => {
    const all = { name: 'role', policies: policy(allow('dynamodb:*', '*')) }
    const action = 'dynamodb:DeleteItem'
    expect(refusalOf({ action, resource: events }, all, appendOnly)).toContain('resource-based policy')
    expect(refusalOf({ action, resource: events }, undefined, appendOnly)).toContain('resource-based policy')
  })

  it('allows the developer everything else', () => {
    const permission = { action: 'dynamodb:PutItem', resource: events }
    expect(refusalOf(permission, undefined, appendOnly)).toBeUndefined()
  })

  it('is refused if it allows something', () => {
    expect(() => policy({ ...allow('dynamodb:PutItem', '*'), Principal: '*' })).toThrow(
      'P: a statement of a resource',
    )
  })
})

describe('a policy', () => {
  it.each([
    ['Condition', { Condition: { Bool: {} } }],
    ['Condition', { Condition: { StringLike: { 's3:prefix': ['a'], 's3:delimiter': '/' } } }],
    ['Condition', { Condition: { StringLike: { 's3:prefix': ['a'] }, Bool: {} } }],
    ['NotAction', { NotAction: 'x' }],
  ])('is refused because of its %s', (name, over) => {
    expect(() => policy({ ...allow('dynamodb:PutItem', events), ...over })).toThrow(
      `P: ${name} of a policy is not modelled`,
    )
  })
})

describe('a call of DynamoDB', () => {
  const needs = (operation: string, input: unknown) =>
    dynamoDbPermissionsOf(
      { operation, body: Buffer.from(JSON.stringify(input)), headers: {}, caller: undefined },
      (table) => `arn:${table}`,
    )

  it.each([
    ['PutItem', { TableName: 'Events' }, ['dynamodb:PutItem arn:Events']],
    ['Query', { TableName: 'Events', IndexName: 'GSI1' }, ['dynamodb:Query arn:Events/index/GSI1']],
    [
      'BatchGetItem',
      { RequestItems: { Events: {}, Rows: {} } },
      ['dynamodb:BatchGetItem arn:Events', 'dynamodb:BatchGetItem arn:Rows'],
    ],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { TableName: 'Events' } },
          { Delete: { TableName: 'Rows' } },
          { Update: { TableName: 'Rows' } },
          { ConditionCheck: { TableName: 'Rows' } },
        ],
      },
      [
        'dynamodb:PutItem arn:Events',
        'dynamodb:DeleteItem arn:Rows',
        'dynamodb:UpdateItem arn:Rows',
        'dynamodb:ConditionCheckItem arn:Rows',
      ],
    ],
    [
      'PutItem',
      { TableName: 'Events', TransactItems: [], RequestItems: { Rows: {} } },
      ['dynamodb:PutItem arn:Events'],
    ],
    [
      'BatchGetItem',
      { RequestItems: { Events: {} }, TransactItems: [], TableName: 'Rows' },
      ['dynamodb:BatchGetItem arn:Events'],
    ],
    [
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'Events' } }], RequestItems: {}, TableName: 'Rows' },
      ['dynamodb:PutItem arn:Events'],
    ],
  ])('%s needs these permissions', (operation, input, expected) => {
    expect(needs(operation, input).map(({ action, resource }) => `${action} ${resource}`)).toEqual(expected)
  })

  it.each([
    ['PutItem', {}],
    ['PutItem', { TableName: null }],
    ['DescribeTable', { TableName: ['Events'] }],
    ['Query', { TableName: 'Events', IndexName: 1 }],
    ['BatchWriteItem', { RequestItems: null }],
    ['BatchWriteItem', { RequestItems: {} }],
    ['BatchGetItem', { RequestItems: 'Events' }],
    ['TransactWriteItems', { TransactItems: 'Events' }],
    ['TransactWriteItems', { TransactItems: [] }],
    ['TransactWriteItems', { TransactItems: [null] }],
    ['TransactWriteItems', { TransactItems: [{ Put: null }] }],
    ['TransactWriteItems', { TransactItems: [{ Put: { TableName: 1 } }] }],
  ])('%s of %j is refused, so that no call goes unchecked', (operation, input) => {
    expect(() => needs(operation, input)).toThrow(expect.objectContaining({ code: 'ValidationException' }))
  })
})
