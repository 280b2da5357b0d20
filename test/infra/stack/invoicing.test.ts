import { describe, expect, it } from 'vitest'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'

describe('the invoicing', () => {
  it('runs every day, after the last command of the month before has ended', () => {
    expect(declared('IssueInvoicesDaily').Properties).toEqual({
      Description: 'Issues the invoices of the months that are over',
      ScheduleExpression: 'cron(30 0 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'IssueInvoices.Arn',
        RoleArn: 'IssueInvoicesDailyRole.Arn',
        RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 21_600 },
        DeadLetterConfig: { Arn: 'IssueInvoicesFailures.Arn' },
      },
    })
  })

  it('is started with a role for the scheduler of this account, which has no other permission', () => {
    const { AssumeRolePolicyDocument, Policies } = declared('IssueInvoicesDailyRole').Properties
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Condition: { StringEquals: { 'aws:SourceAccount': 'account' } },
          Principal: { Service: 'scheduler.amazonaws.com' },
        },
      ],
    })
    expect(Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: 'IssueInvoices.Arn' },
            { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: 'IssueInvoicesFailures.Arn' },
          ],
        },
      },
    ])
  })

  it('is retried after a failure; a run that fails every try waits in a queue, with an alarm', () => {
    const configs = declaredOf('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)
    expect(configs.filter(({ FunctionName }) => FunctionName === 'IssueInvoices')).toMatchObject([
      {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: 'IssueInvoicesFailures.Arn' } },
      },
    ])
    expect(declared('IssueInvoicesFailuresAlarm').Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      AlarmDescription: expect.stringContaining('IssueInvoices'),
    })
  })
})
