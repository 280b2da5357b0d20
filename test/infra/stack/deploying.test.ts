import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { deployReadersFirst } from '../../../infra/stack/parts/deploy-order.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { readStacks } from '../../kit/local-cloud/stacks.ts'

interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly DependsOn?: readonly string[]
  readonly Properties: {
    readonly Replicas?: readonly { readonly DeletionProtectionEnabled?: boolean }[]
    readonly DeletionProtection?: string
  }
}

/** Facts about the data stack that decide whether it, or a part of it, can be deleted. */
function protectionIn(assembly: string) {
  const [data] = readStacks<Resource>(assembly)
  const resources = Object.values(data?.template.Resources ?? {})
  const ofType = (type: string) => resources.filter((one) => one.Type === type)
  const manifest = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'))
  return {
    stack: manifest.artifacts['annals-dev-data'].properties.terminationProtection === true,
    tables: ofType('AWS::DynamoDB::GlobalTable').map(
      ({ Properties }) => Properties.Replicas?.[0]?.DeletionProtectionEnabled === true,
    ),
    pool: ofType('AWS::Cognito::UserPool').map(
      ({ Properties }) => Properties.DeletionProtection === 'ACTIVE',
    ),
    kept: new Set(resources.map(({ DeletionPolicy }) => DeletionPolicy)),
  }
}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-deploying-'))
  const stage = await readStage('dev', {})
  synthesise({ stage, bundles: inject('bundles'), outDir: folder, isProtected: false })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the data stack', () => {
  it('refuses to be deleted, and so do its tables with events and its pool', () => {
    const { stack, tables, pool } = protectionIn(inject('assembly'))
    expect([stack, ...pool]).toEqual([true, true])
    expect(tables.filter(Boolean).length).toBeGreaterThanOrEqual(2)
  })

  it('can be undone completely while it is created for the first time', () => {
    const { stack, tables, pool, kept } = protectionIn(folder)
    expect([stack, ...pool, ...tables].filter(Boolean)).toEqual([])
    // `Retain` would leave resources behind when the create is rolled back.
    expect(kept).not.toContain('Retain')
    expect(kept).toContain('RetainExceptOnCreate')
  })
})

describe('the service stack', () => {
  it('updates the functions that read events before every other function', () => {
    const [, service] = readStacks<Resource>(inject('assembly'))
    const functions = Object.entries(service?.template.Resources ?? {}).filter(
      ([, { Type }]) => Type === 'AWS::Lambda::Function',
    )
    const isReader = (id: string) =>
      /^(Projector|Forwarder)(Redrive)?[0-9A-F]{8}$|^QueryApi[0-9A-F]{8}$/.test(id)
    const readers = functions.map(([id]) => id).filter(isReader)
    expect(readers).toHaveLength(5)
    const others = functions.filter(([id]) => !isReader(id))
    expect(others.length).toBeGreaterThan(5)
    for (const [id, { DependsOn = [] }] of others)
      expect({ id, without: readers.filter((reader) => !DependsOn.includes(reader)) }).toEqual({
        id,
        without: [],
      })
    for (const [, { DependsOn = [] }] of functions.filter(([id]) => isReader(id)))
      expect(DependsOn.filter((id) => functions.some(([other]) => other === id))).toEqual([])
  })

  it('is refused if a reader has another name than expected', () => {
    expect(() => deployReadersFirst(new Stack(new App(), 'Empty'))).toThrow('Projector, ProjectorRedrive')
  })
})
