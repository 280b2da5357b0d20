import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { nameResources } from '../../../../infra/local/cloud/resource-names.ts'
import { createResolver, readTemplate } from '../../../../infra/local/cloud/template.ts'
import { resourceTypes } from '../../../../infra/local/services/providers.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const resolver = createResolver({ 'AWS::Region': 'eu-west-1' }, (logicalId, attribute) =>
  logicalId === 'Events' ? `Events.${attribute}` : undefined,
)
const resolve = (value: unknown) => resolver({ value })['value']

describe('an intrinsic', () => {
  it.each([
    ['a Ref', { Ref: 'Events' }, 'Events.Ref'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['an attribute', { 'Fn::GetAtt': ['Events', 'Arn'] }, 'Events.Arn'],
    ['an attribute with a dot', { 'Fn::GetAtt': 'Events.Arn' }, 'Events.Arn'],
    ['a Join of others', { 'Fn::Join': ['/', ['a', { Ref: 'Events' }, 'b']] }, 'a/Events.Ref/b'],
    ['a Select of a Split', { 'Fn::Select': [1, { 'Fn::Split': ['.', { Ref: 'Events' }] }] }, 'Ref'],
    [
      'a Sub',
      { 'Fn::Sub': 'x-${Events}-${Events.Arn}-${AWS::Region}-${!Literal}' },
      'x-Events.Ref-Events.Arn-eu-west-1-${Literal}',
    ],
    ['a Sub with variables', { 'Fn::Sub': ['${Own}', { Own: { Ref: 'Events' } }] }, 'Events.Ref'],
    ['an intrinsic in a list of objects', [{ A: { Ref: 'Events' } }], [{ A: 'Events.Ref' }]],
    ['no value in an object', { A: 1, B: { Ref: 'AWS::NoValue' } }, { A: 1 }],
    ['no value in a list', [1, { Ref: 'AWS::NoValue' }], [1]],
    ['a value without an intrinsic', { A: [true, 0, '', 'x'] }, { A: [true, 0, '', 'x'] }],
  ])('is resolved: %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected)
  })

  it.each([
    [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not modelled'],
    [{ Ref: 'Elsewhere' }, 'Elsewhere.Ref is not modelled'],
    [{ 'Fn::GetAtt': ['Elsewhere', 'Arn'] }, 'Elsewhere.Arn is not modelled'],
  ])('is refused by name: %j', (value, message) => {
    expect(() => resolve(value)).toThrow(message)
  })
})

/** An assembly with a stack of these resources and one asset. */
function assembly(resources: object): string {
  return assemblyOf({ Resources: resources })
}

/** An assembly with these stacks, and one asset in each. */
function assemblyOf(...templates: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'annals-assembly-'))
  folders.push(folder)
  const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content))
  const names = templates.map((_, index) => `Stack${index}`)
  write('manifest.json', {
    artifacts: Object.fromEntries([
      ['Tree', { type: 'cdk:tree' }],
      ...names.map((name) => [
        name,
        { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } },
      ]),
    ]),
  })
  for (const [index, name] of names.entries()) {
    write(`${name}.template.json`, templates[index] ?? {})
    write(`${name}.assets.json`, {
      files: { abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'abc.zip' } } } },
    })
  }
  return folder
}

describe('a template', () => {
  it('is read with its resources and the folders of its assets', () => {
    const folder = assembly({
      Events: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { TableName: 'events' } },
      Role: { Type: 'AWS::IAM::Role' },
    })
    const template = readTemplate(folder)
    expect(template.ofType('AWS::IAM::Role')).toEqual([
      { logicalId: 'Role', type: 'AWS::IAM::Role', properties: {} },
    ])
    expect(template.assetFolder('abc.zip')).toBe(join(folder, 'asset.abc'))
    expect(() => template.assetFolder('def.zip')).toThrow('No asset')
  })

  it('is refused by name if a type of resource is not modelled', () => {
    const template = readTemplate(assembly({ Game: { Type: 'AWS::GameLift::Fleet' } }))
    expect(() => nameResources(template, 'eu-west-1', resourceTypes)).toThrow(
      'Game: the local cloud does not model AWS::GameLift::Fleet. If the rest runs without it, list the type in infra/local/cloud/left-out.ts',
    )
  })

  it('runs without a resource of a left-out type, and uses its name in everything that refers to it', () => {
    const properties = { Arn: { 'Fn::GetAtt': ['Key', 'Arn'] }, Topic: { Ref: 'Topic' } }
    const template = readTemplate(
      assembly({
        Topic: { Type: 'AWS::SNS::Topic' },
        Key: { Type: 'AWS::KMS::Key' },
        Role: { Type: 'AWS::IAM::Role', Properties: properties },
      }),
    )
    const { leftOut, resolve } = nameResources(template, 'eu-west-1', resourceTypes)
    expect(leftOut.map(({ logicalId }) => logicalId)).toEqual(['Topic', 'Key'])
    expect(resolve(properties)).toEqual({
      Arn: expect.stringMatching(/^arn:aws:left-out:eu-west-1:\d+:Key$/),
      Topic: expect.stringMatching(/^arn:aws:left-out:eu-west-1:\d+:Topic$/),
    })
  })

  it('is read from all stacks, with the outputs of one in place of the references of another', () => {
    const { resources, outputs, stackNames } = readTemplate(
      assemblyOf(
        {
          Resources: {
            Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: { Ref: 'AWS::StackName' } } },
          },
          Outputs: {
            PublishOutputRefBus: { Value: { Ref: 'Bus' } },
            EventBusName: { Value: { Ref: 'Bus' } },
          },
        },
        {
          Resources: {
            Rule: {
              Type: 'AWS::Events::Rule',
              Properties: {
                EventBusName: {
                  'Fn::GetStackOutput': { StackName: 'Stack0', OutputName: 'PublishOutputRefBus' },
                },
              },
            },
          },
        },
      ),
    )
    expect(stackNames).toEqual(['Stack0', 'Stack1'])
    expect(resources.map(({ properties }) => properties)).toEqual([
      { Name: 'Stack0' },
      { EventBusName: { Ref: 'Bus' } },
    ])
    expect(outputs).toEqual({ EventBusName: { Ref: 'Bus' } })
  })

  it('is refused if two stacks use the same name, or one reads an output that does not exist', () => {
    const bus = { Resources: { Bus: { Type: 'AWS::Events::EventBus' } } }
    expect(() => readTemplate(assemblyOf(bus, bus))).toThrow(
      'Bus is in Stack0 and in Stack1: the local cloud needs one name for each',
    )
    const missing = { 'Fn::GetStackOutput': { StackName: 'Stack0', OutputName: 'Missing' } }
    const reader = { Resources: { Rule: { Type: 'AWS::Events::Rule', Properties: { Name: missing } } } }
    expect(() => readTemplate(assemblyOf(bus, reader))).toThrow(
      'Stack1 reads Missing of Stack0, which has no such output',
    )
  })

  it('is refused with the name of a missing file', () => {
    const folder = assembly({})
    rmSync(join(folder, 'Stack0.assets.json'))
    expect(() => readTemplate(folder)).toThrow('Stack0.assets.json cannot be read')
  })

  it("always gives its resources the same names, in AWS's format", () => {
    const template = readTemplate(
      assembly({
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Client: { Type: 'AWS::Cognito::UserPoolClient' },
        Command: { Type: 'AWS::Lambda::Function' },
      }),
    )
    const names = nameResources(template, 'eu-west-1', resourceTypes)
    const again = nameResources(template, 'eu-west-1', resourceTypes)
    expect(names.lookup('Pool', 'Ref')).toMatch(/^eu-west-1_[0-9A-Za-z]{9}$/)
    expect(names.lookup('Pool', 'Ref')).toBe(again.lookup('Pool', 'Ref'))
    expect(names.lookup('Client', 'Ref')).toMatch(/^[0-9a-z]{26}$/)
    expect(names.lookup('Command', 'Arn')).toBe(
      'arn:aws:lambda:eu-west-1:000000000000:function:Annals-Command',
    )
  })
})
