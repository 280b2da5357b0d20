import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CloudFormationValidatePlugin } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { readTemplate } from '../../../infra/local/index.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { declaredResources } from '../../kit/local-cloud/declared-resources.ts'
import { readStacks, stackFiles } from '../../kit/local-cloud/stacks.ts'
import { uploadTypes } from './upload/expected.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-stack-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function read(assembly: string, name: string) {
  return readFileSync(join(assembly, name), 'utf8')
}

describe('the stack', () => {
  it('contains exactly these types of resources', () => {
    const types = new Set([...declaredResources().values()].map(({ Type }) => Type))
    const expected = [
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Authorizer',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::CompositeAlarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::Cognito::UserPool',
      'AWS::Cognito::UserPoolClient',
      'AWS::Cognito::UserPoolGroup',
      'AWS::DynamoDB::GlobalTable',
      'AWS::Events::EventBus',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::Logs::QueryDefinition',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::Scheduler::Schedule',
      ...uploadTypes,
    ]
    expect([...types].toSorted()).toEqual(expected.toSorted())
  })

  it('outputs the address of the API, the pool that a client signs in to, and the resources that an operator works on', () => {
    expect(Object.keys(readTemplate(inject('assembly')).outputs).sort()).toEqual([
      'AlertsTopicArn',
      'ApiUrl',
      'EventBusName',
      'EventStoreStreamArn',
      'EventStoreTable',
      'HandledEventsTable',
      'ReadModelTable',
      'UserPoolClientId',
      'UserPoolId',
    ])
  })

  it('protects the stack of the data from deletion, and lets the service be made again', () => {
    const { artifacts } = JSON.parse(read(inject('assembly'), 'manifest.json'))
    const isProtected = (name: string) => artifacts[name].properties.terminationProtection
    expect(isProtected('annals-dev-data')).toBe(true)
    expect(isProtected('annals-dev-service')).toBe(false)
  })

  it('tags everything that can be tagged with the stage', () => {
    for (const { template } of readStacks<{ Type: string; Properties: object }>(inject('assembly'))) {
      const queues = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SQS::Queue')
      for (const { Properties } of queues)
        expect(Properties).toHaveProperty('Tags', [
          { Key: 'application', Value: 'annals' },
          { Key: 'stage', Value: 'dev' },
        ])
    }
  })

  it('keeps its data apart: nothing in the data stack refers to the service stack', () => {
    const [data, service] = readStacks(inject('assembly'))
    expect(JSON.stringify(data?.template)).not.toContain('GetStackOutput')
    expect(JSON.stringify(service?.template)).toContain('annals-dev-data')
    const { artifacts } = JSON.parse(read(inject('assembly'), 'manifest.json'))
    expect(artifacts['annals-dev-data'].dependencies).not.toContain('annals-dev-service')
    expect(artifacts['annals-dev-service'].dependencies).toContain('annals-dev-data')
  })

  it('keeps everything that remembers when its stack is deleted', () => {
    const remembering = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::SQS::Queue',
      'AWS::Events::EventBus',
      'AWS::Cognito::UserPool',
      'AWS::S3::Bucket',
    ]
    const [data] = readStacks<{ Type: string; DeletionPolicy?: string }>(inject('assembly'))
    const kept = Object.values(data?.template.Resources ?? {}).filter(({ Type }) =>
      remembering.includes(Type),
    )
    expect(kept.length).toBeGreaterThan(10)
    for (const { DeletionPolicy } of kept) expect(DeletionPolicy).toBe('RetainExceptOnCreate')
  })

  it('exports nothing, so that neither stack locks the other', () => {
    for (const file of stackFiles) {
      expect(read(inject('assembly'), file)).not.toContain('ImportValue')
      expect(read(inject('assembly'), file)).not.toContain('"Export"')
    }
  })

  it('reveals nothing about the machine that synthesised it, nor the tool to AWS', () => {
    const resources = [...declaredResources().values()]
    expect(resources.filter(({ Metadata }) => Metadata !== undefined)).toEqual([])
    for (const file of stackFiles) expect(read(inject('assembly'), file)).not.toContain(process.cwd())
  })

  it('is identical for identical bundles', async () => {
    synthesise({
      bundles: inject('bundles'),
      outDir: join(folder, 'again'),
      stage: await readStage('dev', {}),
    })
    for (const file of stackFiles)
      expect(read(join(folder, 'again'), file)).toBe(read(inject('assembly'), file))
  })
})

describe('CloudFormation', () => {
  const plugin = new CloudFormationValidatePlugin()
  const place = { stackConstructPath: 'annals-dev-data', accountId: '000000000000', region: 'eu-west-1' }
  const validate = (templatePath: string) =>
    plugin.validate({
      appConstruct: new App(),
      templatePaths: [templatePath],
      stackTemplates: [{ ...place, templatePath }],
    })

  it('reports no error and no warning', { timeout: 60_000 }, () => {
    for (const file of stackFiles) expect(validate(join(inject('assembly'), file)).violations).toEqual([])
  })

  it('rejects a value out of bounds', { timeout: 60_000 }, () => {
    const broken = join(folder, 'broken.json')
    writeFileSync(
      broken,
      read(inject('assembly'), stackFiles[1] ?? '').replace('"BatchSize": 100', '"BatchSize": 100000'),
    )
    const rules = validate(broken).violations.map(({ description }) => description)
    expect(rules).toEqual([expect.stringContaining('BatchSize: 100000 is greater than the maximum')])
  })
})
