import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { type DeclaredGrants, readDeclaredGrants } from '../../kit/local-cloud/grants.ts'
import { isWhole, staleOnBehalf, staleWildcards, unexplainedWildcards, unusedGrants } from './grant-check.ts'
import type { OnBehalfReason, WildcardReason } from './grant-reason.ts'
import { onBehalf, wildcards } from './grant-reasons.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-grants-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the grants of the template', () => {
  let dev: DeclaredGrants
  let prod: DeclaredGrants
  beforeAll(async () => {
    dev = readDeclaredGrants(inject('assembly'))
    synthesise({ bundles: inject('bundles'), stage: await readStage('prod', {}), outDir: folder })
    prod = readDeclaredGrants(folder)
  })

  it('contain no wildcard without a written reason', () => {
    expect(dev.grants.length).toBeGreaterThan(100)
    expect(unexplainedWildcards(dev, wildcards)).toEqual([])
    expect(unexplainedWildcards(prod, wildcards)).toEqual([])
  })

  it('contain everything that a reason is written for', () => {
    expect(staleWildcards(prod, wildcards)).toEqual([])
    expect(staleOnBehalf(prod, onBehalf)).toEqual([])
  })

  it('are the same in production, except those that services use', () => {
    expect(unusedGrants(prod, dev.grants, onBehalf)).toEqual([])
  })
})

const grants = [
  { holder: 'Reader', action: 'dynamodb:Query', resource: 'Rows' },
  { holder: 'Reader', action: 'logs:PutLogEvents', resource: 'ReaderLog' },
  { holder: 'Reader', action: 'logs:PutLogEvents', resource: 'OtherLog' },
  { holder: 'Reader', action: 'sqs:ReceiveMessage', resource: 'Jobs' },
  { holder: 'Reader', action: 'sqs:ReceiveMessage', resource: 'OtherJobs' },
  { holder: 'MachineRole', action: 'logs:CreateLogDelivery', resource: '*' },
  { holder: 'Reader', action: 's3:*', resource: 'Files' },
  { holder: 'Reader', action: 'xray:PutTraceSegments', resource: '*' },
  { holder: 'Writer', action: 'xray:PutTraceSegments', resource: '*' },
]
const declared: DeclaredGrants = {
  grants,
  logGroups: new Map([['Reader', 'ReaderLog']]),
  traced: new Set(['Reader']),
  eventSources: new Map([['Reader', ['Jobs']]]),
}
const reason = 'as tests have it'
const reasons: readonly OnBehalfReason[] = [
  { service: 'Logs', actions: ['logs:PutLogEvents'], on: 'the log group of the function', reason },
  { service: 'Lambda', actions: ['sqs:ReceiveMessage'], on: 'an event source of the function', reason },
  { service: 'X-Ray', actions: ['xray:PutTraceSegments'], on: 'the traces of the function', reason },
  {
    service: 'States',
    actions: ['logs:CreateLogDelivery'],
    on: { holder: 'MachineRole', resource: '*' },
    reason,
  },
]

describe('a grant that no test used', () => {
  it('is named, unless a service uses it on exactly this resource', () => {
    expect(unusedGrants(declared, [], reasons)).toEqual([
      'Reader may dynamodb:Query on Rows',
      'Reader may logs:PutLogEvents on OtherLog',
      'Reader may sqs:ReceiveMessage on OtherJobs',
      'Reader may s3:* on Files',
      'Writer may xray:PutTraceSegments on *',
    ])
  })

  it('is not named once a test used it, by the same function on the same resource', () => {
    const [query] = grants
    expect(unusedGrants({ ...declared, grants: grants.slice(0, 1) }, query ? [query] : [], [])).toEqual([])
    const others = [
      { holder: 'Writer', action: 'dynamodb:Query', resource: 'Rows' },
      { holder: 'Reader', action: 'dynamodb:Query', resource: 'Events' },
      { holder: 'Reader', action: 'dynamodb:Scan', resource: 'Rows' },
    ]
    expect(unusedGrants({ ...declared, grants: grants.slice(0, 1) }, others, [])).toHaveLength(1)
  })
})

describe('a reason', () => {
  it('is stale when nothing is granted that it is for', () => {
    expect(staleOnBehalf(declared, reasons)).toEqual([])
    const without = { ...declared, grants: grants.filter(({ resource }) => resource !== 'ReaderLog') }
    expect(staleOnBehalf(without, reasons)).toEqual([
      'Logs uses logs:PutLogEvents on the log group of the function',
    ])
  })

  it('is needed for each wildcard, in an action or in a resource', () => {
    const written: readonly WildcardReason[] = [
      { actions: ['logs:CreateLogDelivery', 'logs:DeleteLogDelivery'], resource: '*', reason },
    ]
    expect(unexplainedWildcards(declared, [])).toEqual([
      'MachineRole may logs:CreateLogDelivery on *',
      'Reader may s3:* on Files',
      'Reader may xray:PutTraceSegments on *',
      'Writer may xray:PutTraceSegments on *',
    ])
    expect(unexplainedWildcards(declared, written)).not.toContain(
      'MachineRole may logs:CreateLogDelivery on *',
    )
    expect(staleWildcards(declared, written)).toEqual(['logs:DeleteLogDelivery on *'])
  })
})

describe('a run of tests', () => {
  const whole = {
    isFiltered: false,
    lanes: ['unit', 'local', 'e2e'],
    files: [
      { lane: 'unit', path: 'a' },
      { lane: 'local', path: 'b' },
      { lane: 'e2e', path: 'c' },
    ],
    passed: ['b', 'c'],
  }

  it('is whole if every file of the lanes has passed', () => {
    expect(isWhole(whole, ['local', 'e2e'])).toBe(true)
  })

  it.each([
    ['of one file', { passed: ['b'] }],
    ['of one lane', { lanes: ['local'], files: whole.files.slice(1, 2) }],
    ['of tests with a certain name', { isFiltered: true }],
  ])('%s is not whole', (_, over) => {
    expect(isWhole({ ...whole, ...over }, ['local', 'e2e'])).toBe(false)
  })
})
