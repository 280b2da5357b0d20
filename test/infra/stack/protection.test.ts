import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liftProtection } from '../../../infra/stack/protection.ts'

interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Properties: Readonly<Record<string, unknown>>
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-protection-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A stack with one of each resource that is protected, and one that is not kept. */
function addStack(app: App, name: string): void {
  const stack = new Stack(app, name, { stackName: name, terminationProtection: true })
  const kept = { removalPolicy: RemovalPolicy.RETAIN, deletionProtection: true }
  new TableV2(stack, 'Table', { ...kept, partitionKey: { name: 'pk', type: AttributeType.STRING } })
  new UserPool(stack, 'Pool', kept)
  new Bucket(stack, 'Kept', { removalPolicy: RemovalPolicy.RETAIN })
  new Bucket(stack, 'Gone', { removalPolicy: RemovalPolicy.DESTROY })
}

function synthesise(unprotected: readonly string[]) {
  const app = new App({ outdir: folder, analyticsReporting: false })
  for (const name of ['data', 'service']) addStack(app, name)
  liftProtection(app, unprotected)
  const assembly = app.synth()
  return (name: string) => {
    const artifact = assembly.getStackByName(name)
    const template = JSON.parse(readFileSync(artifact.templateFullPath, 'utf8'))
    const resources = Object.values(template.Resources as Record<string, Resource>) // CDK writes them
    const ofType = (type: string) => resources.filter((one) => one.Type === type)
    return {
      isProtected: artifact.terminationProtection === true,
      table: ofType('AWS::DynamoDB::GlobalTable')[0],
      pool: ofType('AWS::Cognito::UserPool')[0],
      buckets: ofType('AWS::S3::Bucket').map(({ DeletionPolicy }) => DeletionPolicy),
    }
  }
}

describe('the protection of stacks', () => {
  it('is lifted from one that does not exist yet, so that its first create can be rolled back', () => {
    const { isProtected, table, pool, buckets } = synthesise(['data'])('data')
    expect(isProtected).toBe(false)
    expect(table?.Properties['Replicas']).toEqual([
      expect.objectContaining({ DeletionProtectionEnabled: false }),
    ])
    expect(pool?.Properties['DeletionProtection']).toBe('INACTIVE')
    expect([table?.DeletionPolicy, pool?.DeletionPolicy, ...buckets]).toEqual([
      'RetainExceptOnCreate',
      'RetainExceptOnCreate',
      'RetainExceptOnCreate',
      'Delete',
    ])
    expect(table?.UpdateReplacePolicy).toBe('Retain')
  })

  it.each([
    { unprotected: ['data'], name: 'service' },
    { unprotected: [], name: 'data' },
  ])('stays in $name without protection of $unprotected', ({ unprotected, name }) => {
    const { isProtected, table, pool, buckets } = synthesise(unprotected)(name)
    expect(isProtected).toBe(true)
    expect(table?.Properties['Replicas']).toEqual([
      expect.objectContaining({ DeletionProtectionEnabled: true }),
    ])
    expect(pool?.Properties['DeletionProtection']).toBe('ACTIVE')
    expect([table?.DeletionPolicy, ...buckets]).toEqual(['Retain', 'Retain', 'Delete'])
  })
})
