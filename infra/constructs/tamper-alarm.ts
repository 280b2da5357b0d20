import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'

/**
 * An alarm for what no policy can prevent, a commit that was overwritten: the projector logs at the level CRITICAL
 * for that alone.
 */
export function addTamperAlarm(projector: LambdaFunction): void {
  const changes = projector.logGroup.addMetricFilter('ChangedCommits', {
    filterPattern: FilterPattern.stringValue('$.level', '=', 'CRITICAL'),
    metricNamespace: 'Annals',
    metricName: 'ChangedCommits',
    metricValue: '1',
  })
  changes
    .metric({ statistic: 'Sum', period: Duration.minutes(1) })
    .createAlarm(projector, 'ChangedCommitsAlarm', {
      alarmDescription: 'A commit was changed or removed. The log of the projector says which.',
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
}
