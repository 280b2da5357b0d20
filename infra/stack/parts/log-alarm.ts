import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'

export interface LogAlarmOptions {
  /** Name of the metric that counts the lines. */
  readonly name: string
  readonly level: 'ERROR' | 'CRITICAL'
  /** The message of the line, which is logged for that alone. */
  readonly message: string
  /** What has happened, and where to look. */
  readonly description: string
}

/** An alarm that sounds at the first line of this kind in the log of any of these functions, the first of which owns it. */
export function addLogAlarm(
  [first, ...others]: readonly [LambdaFunction, ...LambdaFunction[]],
  { name, level, message, description }: LogAlarmOptions,
): void {
  const count = ({ logGroup }: LambdaFunction) =>
    logGroup.addMetricFilter(name, {
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.level', '=', level),
        FilterPattern.stringValue('$.message', '=', message),
      ),
      metricNamespace: 'Annals',
      metricName: name,
      metricValue: '1',
    })
  // One metric counts the lines of all.
  const metric = count(first).metric({ statistic: 'Sum', period: Duration.minutes(1) })
  for (const other of others) count(other)
  metric.createAlarm(first, `${name}Alarm`, {
    alarmDescription: description,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
}
