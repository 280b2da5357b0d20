import { describe, expect, it } from 'vitest'
import { readQueuePolicies } from '../../../../../infra/local/services/sqs/queue-policies.ts'

const queue = {
  url: 'http://127.0.0.1/000000000000/Failures',
  arn: 'arn:aws:sqs:eu-west-1:000000000000:Failures',
}
const rule = 'arn:aws:events:eu-west-1:000000000000:rule/Events/Rule'
const allow = {
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: queue.arn,
}
const tlsOnly = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sqs:*',
  Resource: queue.arn,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
}

function demand(statements: readonly object[], queues: readonly string[] = [queue.url]) {
  const properties = { PolicyDocument: { Statement: statements }, Queues: queues }
  return () =>
    readQueuePolicies([{ logicalId: 'FailuresPolicy', properties }]).demandSend(
      'events.amazonaws.com',
      rule,
      queue,
    )
}

describe("a queue's policy", () => {
  it.each([
    ['for any source', [allow]],
    ['for the source', [{ ...allow, Condition: { ArnEquals: { 'aws:SourceArn': rule } } }]],
    [
      'for sources that match a pattern',
      [{ ...allow, Condition: { ArnLike: { 'aws:SourceArn': 'arn:*:rule/*' } } }],
    ],
    ['over TLS only', [tlsOnly, allow]],
  ])('lets a service send %s', (_, statements) => {
    expect(demand(statements)).not.toThrow()
  })

  it.each([
    ['another source', [{ ...allow, Condition: { ArnEquals: { 'aws:SourceArn': `${rule}s` } } }]],
    ['another service', [{ ...allow, Principal: { Service: 'sns.amazonaws.com' } }]],
    ['another queue', [{ ...allow, Resource: `${queue.arn}s` }]],
    ['nobody', [tlsOnly]],
  ])('that lets %s send is not enough', (_, statements) => {
    expect(demand(statements)).toThrow(
      `No AWS::SQS::QueuePolicy lets events.amazonaws.com send to ${queue.arn} for ${rule}`,
    )
  })

  it('of another queue is not enough', () => {
    expect(demand([allow], ['http://127.0.0.1/000000000000/Other'])).toThrow('No AWS::SQS::QueuePolicy')
  })

  it.each([
    ['another condition', { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }],
    ['another action', { ...allow, Action: 'sqs:*' }],
    ['people', { ...allow, Principal: { AWS: '*' } }],
    ['something denied', { ...tlsOnly, Condition: {} }],
  ])('with %s is refused by its name', (_, statement) => {
    expect(demand([statement])).toThrow(
      "FailuresPolicy: a statement of a queue's policy is not modelled by the local cloud",
    )
  })
})
