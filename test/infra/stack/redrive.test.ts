import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../../../infra/local/index.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'

const consumers = ['Projector', 'Forwarder']
const failureQueues = declaredOf('AWS::SQS::Queue')

describe('the queue for records that a mapping gave up', () => {
  it.each(
    consumers,
  )('of the %s is retried for as long as a stream keeps its records, and then kept for operators', (name) => {
    const { RedrivePolicy, VisibilityTimeout, ...others } = declared(`${name}Failures`).Properties
    expect(others).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true })
    const { deadLetterTargetArn, maxReceiveCount } = fieldsOf(RedrivePolicy)
    expect(deadLetterTargetArn).toBe(`${name}DeadLetters.Arn`)
    expect(Number(maxReceiveCount) * Number(VisibilityTimeout)).toBeGreaterThanOrEqual(24 * 3600)
    expect(declared(`${name}DeadLetters`).Properties).toEqual({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    })
  })

  it.each(consumers)('of the %s hides a message for six times as long as its function may take', (name) => {
    const seconds = Number(declared(`${name}Redrive`).Properties['Timeout'])
    expect(declared(`${name}Failures`).Properties['VisibilityTimeout']).toBe(6 * seconds)
  })

  it.each(consumers)('of the %s is emptied by a function that reports repeated failures', (name) => {
    const mappings = declaredOf('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    expect(mappings.filter(({ FunctionName }) => FunctionName === `${name}Redrive`)).toEqual([
      {
        EventSourceArn: `${name}Failures.Arn`,
        FunctionName: `${name}Redrive`,
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    ])
  })

  it.each(consumers)('of the %s raises an alarm if a message stays in it, in flight or not', (name) => {
    expect(declared(`${name}FailuresAlarm`).Properties).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 3,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      Metrics: [
        { Expression: 'visible + inFlight' },
        { Id: 'visible', MetricStat: metricOf(name, 'ApproximateNumberOfMessagesVisible') },
        { Id: 'inFlight', MetricStat: metricOf(name, 'ApproximateNumberOfMessagesNotVisible') },
      ],
    })
  })

  it.each(consumers)('of the %s raises an alarm as soon as a message has used up its retries', (name) => {
    expect(declared(`${name}DeadLettersAlarm`).Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: `${name}DeadLetters.QueueName` }],
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    })
  })
})

function metricOf(name: string, MetricName: string) {
  const Dimensions = [{ Name: 'QueueName', Value: `${name}Failures.QueueName` }]
  return { Metric: { MetricName, Dimensions }, Period: 300, Stat: 'Maximum' }
}

describe('every queue', () => {
  it.each(failureQueues)('has its own alarm: $logicalId', ({ logicalId }) => {
    const name = logicalId.replace(/[0-9A-F]{8}$/, '')
    const dimensions = [{ Name: 'QueueName', Value: `${name}.QueueName` }]
    const alarms = declaredOf('AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      JSON.stringify(Properties).includes(JSON.stringify(dimensions)),
    )
    expect(alarms.map((alarm) => alarm.logicalId.replace(/[0-9A-F]{8}$/, ''))).toEqual([`${name}Alarm`])
  })

  it.each(failureQueues)('accepts only TLS: $logicalId', ({ logicalId }) => {
    const name = logicalId.replace(/[0-9A-F]{8}$/, '')
    const { PolicyDocument, Queues } = declared(`${name}Policy`).Properties
    expect(Queues).toEqual([name])
    expect(fieldsOf(PolicyDocument)['Statement']).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:*',
      Resource: `${name}.Arn`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
  })
})
