import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import { changedCommit } from '../../projections/stream-handler.ts'

/**
 * An alarm for what no policy can prevent, a commit that was overwritten: the projector, and whoever redrives what it
 * was given, log this line for that alone.
 */
export function addTamperAlarm(projector: LambdaFunction, redrive: LambdaFunction): void {
  const [changes] = [projector, redrive].map(({ logGroup }) =>
    logGroup.addMetricFilter('ChangedCommits', {
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.level', '=', 'CRITICAL'),
        FilterPattern.stringValue('$.message', '=', changedCommit),
      ),
      metricNamespace: 'Annals',
      metricName: 'ChangedCommits',
      metricValue: '1',
    }),
  )
  // One metric counts the lines of both.
  changes
    ?.metric({ statistic: 'Sum', period: Duration.minutes(1) })
    .createAlarm(projector, 'ChangedCommitsAlarm', {
      alarmDescription: 'A commit was changed or removed. The log of the projector says which.',
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
}
