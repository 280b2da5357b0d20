import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { metricsOfIncidents } from '../../../../commands/aws/metric-names.ts'
import { synthesise } from '../../../../infra/build/synthesise.ts'
import { measured } from '../../../../infra/stack/parts/measured-functions.ts'
import { readStage } from '../../../../infra/stages/read-stage.ts'
import { billOf, ownMetrics, type Resource } from './bill.ts'

/** US dollars a month, and as much as the alarms of one more function may cost. */
const maximum = 8
const perFurtherFunction = 0.5

let folder = ''
let resources: readonly Resource[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-cost-'))
  const stage = await readStage('prod', {})
  const { stacks } = synthesise({
    bundles: inject('bundles'),
    outDir: folder,
    stage,
  })
  resources = stacks.flatMap((stack) => Object.values<Resource>(stack.template.Resources))
})
afterAll(() => rmSync(folder, { recursive: true }))

const of = (type: string) => resources.filter(({ Type }) => Type === type)

describe('the monitoring of the stage prod', () => {
  it('costs at most $8 a month', () => {
    const further = of('AWS::Lambda::Function').length - Object.keys(measured.functions).length
    const allowed = maximum + perFurtherFunction * Math.max(0, further)
    expect(billOf(resources).sum).toBeLessThanOrEqual(allowed)
  })

  it('names no metric of incidents that nothing writes', () => {
    expect([...ownMetrics(resources)]).toEqual(expect.arrayContaining([...metricsOfIncidents]))
  })

  it('samples traces at the rate of the settings, for the functions of this stage only', async () => {
    const { settings } = await readStage('prod', {})
    expect(of('AWS::XRay::SamplingRule')).toMatchObject([
      {
        Properties: {
          SamplingRule: {
            RuleName: 'annals-prod',
            FixedRate: settings.traceRate,
            ServiceName: 'annals-prod-service-*',
          },
        },
      },
    ])
  })

  it('traces the APIs and the machines without a library, by their own permission', () => {
    const traced = of('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties['TracingConfig'] !== undefined)
      .map(({ Properties }) => String(JSON.stringify(Properties['Environment'])))
    // The APIs: another function would start a trace a second by itself.
    expect(traced.length).toBeGreaterThanOrEqual(2)
    for (const environment of traced) expect(environment).toMatch(/"POWERTOOLS_SERVICE_NAME":"[a-z]+-api"/)
    for (const { Properties } of of('AWS::StepFunctions::StateMachine'))
      expect(Properties['TracingConfiguration']).toEqual({ Enabled: true })
    const policies = JSON.stringify(of('AWS::IAM::Policy'))
    expect(policies).toContain('xray:PutTraceSegments')
    // State machines ask for their rate.
    expect(policies.includes('xray:GetSamplingTargets')).toBe(
      of('AWS::StepFunctions::StateMachine').length > 0,
    )
  })

  it('has a budget', () => {
    expect(of('AWS::Budgets::Budget')).toHaveLength(1)
  })
})
