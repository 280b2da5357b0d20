import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CloudFormationValidatePlugin } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { declaredResources } from '../../kit/local-cloud/declared-resources.ts'
import { uploadTypes } from './upload/expected.ts'

const file = 'Annals.template.json'
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
      'AWS::SES::EmailIdentity',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::Scheduler::Schedule',
      ...uploadTypes,
    ]
    expect([...types].toSorted()).toEqual(expected.toSorted())
  })

  it('outputs the address of the API, the pool that a client signs in to, and the resources that an operator works on', () => {
    const { Outputs } = JSON.parse(read(inject('assembly'), file))
    expect(Object.keys(Outputs).sort()).toEqual([
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

  it('is not deleted by mistake', () => {
    const { artifacts } = JSON.parse(read(inject('assembly'), 'manifest.json'))
    expect(artifacts.Annals.properties.terminationProtection).toBe(true)
  })

  it('reveals nothing about the machine that synthesised it, nor the tool to AWS', () => {
    const resources = [...declaredResources().values()]
    expect(resources.filter(({ Metadata }) => Metadata !== undefined)).toEqual([])
    expect(read(inject('assembly'), file)).not.toContain(process.cwd())
  })

  it('is identical for identical bundles', () => {
    synthesise({ bundles: inject('bundles'), outDir: join(folder, 'again'), mailFrom: 'annals@example.com' })
    expect(read(join(folder, 'again'), file)).toBe(read(inject('assembly'), file))
  })
})

describe('CloudFormation', () => {
  const plugin = new CloudFormationValidatePlugin()
  const place = { stackConstructPath: 'Annals', accountId: '000000000000', region: 'eu-west-1' }
  const validate = (templatePath: string) =>
    plugin.validate({
      appConstruct: new App(),
      templatePaths: [templatePath],
      stackTemplates: [{ ...place, templatePath }],
    })

  it('reports no error and no warning', { timeout: 60_000 }, () => {
    expect(validate(join(inject('assembly'), file)).violations).toEqual([])
  })

  it('rejects a value out of bounds', { timeout: 60_000 }, () => {
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, read(inject('assembly'), file).replace('"BatchSize": 100', '"BatchSize": 100000'))
    const rules = validate(broken).violations.map(({ description }) => description)
    expect(rules).toEqual([expect.stringContaining('BatchSize: 100000 is greater than the maximum')])
  })
})
