import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CloudFormationValidatePlugin, Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { addStacks } from '../../../infra/stack/stacks.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { wildcards } from './grant-reasons.ts'
import { nagFindings, staleAcknowledgements, unacknowledged } from './nag-check.ts'
import { acknowledgements } from './nag-reasons.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-nag-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function newApp(name: string): App {
  return new App({
    outdir: join(folder, name),
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
}

const stages = ['dev', 'prod']

const apps = new Map<string, App>()

async function appOf(stage: string): Promise<App> {
  const made = apps.get(stage)
  if (made !== undefined) return made
  const app = newApp(stage)
  apps.set(stage, app)
  addStacks(app, { bundles: inject('bundles'), stage: await readStage(stage, {}) })
  return app
}

const findingsOf = async (stage: string) => nagFindings(await appOf(stage))

describe('cdk-nag', () => {
  it.each(stages)('finds nothing in the stacks of %s that has no written reason', async (stage) => {
    expect(unacknowledged(await findingsOf(stage), acknowledgements, wildcards)).toEqual([])
  })

  it('still finds everything that a reason is written for', async () => {
    const findings = (await Promise.all(stages.map(findingsOf))).flat()
    expect(staleAcknowledgements(findings, acknowledgements)).toEqual([])
  })

  it('would find a queue without TLS and a careless grant', () => {
    const stack = new Stack(newApp('careless'), 'Careless')
    new Queue(stack, 'Open')
    const role = new Role(stack, 'Idle', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['s3:Get*'], resources: ['arn:aws:s3:::open/*'] }))
    const careless = unacknowledged(nagFindings(stack), acknowledgements, wildcards)
    expect(careless).toContain('AwsSolutions-SQS4 Open')
    expect(careless).toContain('AwsSolutions-IAM5 Idle/DefaultPolicy Action::s3:Get*')
    expect(careless).toContain('AwsSolutions-IAM5 Idle/DefaultPolicy Resource::arn:aws:s3:::open/*')
  })
})

describe('the rules of the CDK', () => {
  it('find nothing in the templates of production', { timeout: 120_000 }, async () => {
    const app = await appOf('prod')
    const templates = app.synth().stacks.map(({ templateFullPath }) => templateFullPath)
    expect(templates).toHaveLength(2)
    const { violations } = new CloudFormationValidatePlugin().validate({
      appConstruct: app,
      templatePaths: templates,
      stackTemplates: templates.map((templatePath) => ({
        templatePath,
        stackConstructPath: 'annals-prod',
        accountId: '000000000000',
        region: 'eu-west-1',
      })),
    })
    expect(violations).toEqual([])
  })
})

describe('an acknowledgement', () => {
  const reason = 'as tests have it'
  const acknowledged = [{ rule: 'AwsSolutions-SQS3', resources: ['Kept', 'Gone'], reason }]
  const findings = [
    { rule: 'AwsSolutions-SQS3', resource: 'Kept' },
    { rule: 'AwsSolutions-SQS3', resource: 'New' },
    { rule: 'AwsSolutions-SQS4', resource: 'Kept' },
    { rule: 'AwsSolutions-IAM5', resource: 'Role', part: 'Resource::Files/in/*' },
    { rule: 'AwsSolutions-IAM5', resource: 'Role', part: 'Resource::Files/out/*' },
    { rule: 'AwsSolutions-IAM5', resource: 'Role', part: 'Action::s3:*' },
  ]

  it('is for one rule on one resource, and a wildcard has its own reason', () => {
    const wildcard = { actions: ['s3:GetObject'], resource: 'Files/in/*', reason }
    expect(unacknowledged(findings, acknowledged, [wildcard])).toEqual([
      'AwsSolutions-SQS3 New',
      'AwsSolutions-SQS4 Kept',
      'AwsSolutions-IAM5 Role Resource::Files/out/*',
      'AwsSolutions-IAM5 Role Action::s3:*',
    ])
  })

  it('is stale when it suppresses nothing', () => {
    expect(staleAcknowledgements(findings, acknowledged)).toEqual(['AwsSolutions-SQS3 Gone'])
  })
})
