import { Duration } from 'aws-cdk-lib'
import { FilterPattern, type MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Stage } from '../../stages/read-stage.ts'
import type { LiveFunction } from './lambda-function.ts'
import { metricsNamespace } from './metrics-namespace.ts'
import { addAlarm } from './monitoring/alarm.ts'

/** A line of the log that an operator has to see. */
export interface LogAlarmOptions {
  /** Name of the metric that counts the lines. */
  readonly name: string
  readonly level: 'ERROR' | 'CRITICAL'
  /** The message of the line. No other line has it. */
  readonly message: string
  /** Tells the operator the event and the place to look at. */
  readonly description: string
}

/** An alarm for the first such line in the log of any of these functions. The alarm belongs to the first function. */
export function addLogAlarm(
  stage: Stage,
  [first, ...others]: readonly [LiveFunction, ...LiveFunction[]],
  line: LogAlarmOptions,
): void {
  const metric = countLogLines(stage, first, line).metric({ statistic: 'Sum', period: Duration.minutes(1) })
  for (const other of others) countLogLines(stage, other, line)
  addAlarm(first, { name: line.name, metric, description: line.description })
}

/** Counts such lines of one more function in the metric, which is the same for all. */
export function countLogLines(
  stage: Stage,
  { logGroup }: LiveFunction,
  { name, level, message }: Omit<LogAlarmOptions, 'description'>,
): MetricFilter {
  return logGroup.addMetricFilter(name, {
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.level', '=', level),
      FilterPattern.stringValue('$.message', '=', message),
    ),
    metricNamespace: metricsNamespace(stage),
    metricName: name,
    metricValue: '1',
  })
}
