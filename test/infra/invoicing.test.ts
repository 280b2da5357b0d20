import { describe, expect, it } from 'vitest'
import { declared, declaredOf } from '../kit/declared-resources.ts'

describe('the invoicing', () => {
  it('is tried again where it fails, and a run that failed for good waits in a queue, with an alarm', () => {
    const configs = declaredOf('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)
    expect(configs.filter(({ FunctionName }) => FunctionName === 'IssueInvoices')).toMatchObject([
      {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: 'IssueInvoicesFailures.Arn' } },
      },
    ])
    expect(declared('IssueInvoicesFailuresAlarm').Properties).toMatchObject({
      ...{ MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 },
      AlarmDescription: expect.stringContaining('IssueInvoices'),
    })
  })
})
