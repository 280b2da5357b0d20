import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../infra/local/cloud/template.ts'
import { readVersions } from '../../../../../infra/local/services/lambda/versions.ts'

const functionName = { FunctionName: { Ref: 'Greeter' } }
const version: Resource = { logicalId: 'Greeter1', type: 'AWS::Lambda::Version', properties: functionName }

function alias(properties: object = {}): Resource {
  return {
    logicalId: 'GreeterLive',
    type: 'AWS::Lambda::Alias',
    properties: {
      ...functionName,
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': ['Greeter1', 'Version'] },
      ...properties,
    },
  }
}

function read(...resources: readonly Resource[]) {
  return readVersions({ ofType: (type) => resources.filter((one) => one.type === type) })
}

describe("a template's versions", () => {
  it('belong to their function, as do its aliases', () => {
    const versions = read(version, alias(), alias({ Name: 'next', ProvisionedConcurrencyConfig: {} }))
    expect(versions.isPublished('Greeter')).toBe(true)
    expect(versions.aliasesOf('Greeter')).toEqual(['live', 'next'])
    expect(versions.isPublished('Other')).toBe(false)
    expect(versions.aliasesOf('Other')).toEqual([])
  })

  it('may be missing: an alias can name the latest code', () => {
    expect(read(alias({ FunctionVersion: '$LATEST' })).aliasesOf('Greeter')).toEqual(['live'])
  })

  it.each([
    ['FunctionVersion', { FunctionVersion: '3' }],
    ['FunctionVersion', { FunctionName: { Ref: 'Other' } }],
    ['FunctionName', { FunctionName: 'Greeter' }],
    ['RoutingConfig', { RoutingConfig: {} }],
  ])('are refused because of %s', (name, properties) => {
    expect(() => read(version, alias(properties))).toThrow(`GreeterLive.${name} is not modelled`)
  })
})
