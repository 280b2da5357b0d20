import { App, Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { describe, expect, inject, it } from 'vitest'
import { addAnnalsStack } from '../../../infra/stack/annals-stack.ts'
import { wildcards } from './grant-reasons.ts'
import { nagFindings, staleAcknowledgements, unacknowledged } from './nag-check.ts'
import { acknowledgements } from './nag-reasons.ts'

function newApp(): App {
  return new App({
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
}

describe('cdk-nag', () => {
  const app = newApp()
  addAnnalsStack(app, { bundles: inject('bundles'), mailFrom: 'annals@example.com' })
  const findings = nagFindings(app)

  it('finds nothing in the stack that has no written reason', () => {
    expect(unacknowledged(findings, acknowledgements, wildcards)).toEqual([])
  })

  it('still finds everything that a reason is written for', () => {
    expect(staleAcknowledgements(findings, acknowledgements)).toEqual([])
  })

  it('would find a queue without TLS and a grant on everything', () => {
    const stack = new Stack(newApp(), 'Careless')
    new Queue(stack, 'Open')
    const role = new Role(stack, 'Idle', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }))
    const careless = unacknowledged(nagFindings(stack), acknowledgements, wildcards)
    expect(careless).toContain('AwsSolutions-SQS4 Open')
    expect(careless).toContain('AwsSolutions-IAM5 Idle/DefaultPolicy Resource::*')
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
