import { Duration, type Stack } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { addAlarm } from './alarm.ts'
import { tableMetric } from './aws-metric.ts'
import type { Watched } from './watched.ts'

/**
 * The operations that a 5xx of DynamoDB would hurt most, by the table's logical id. Each costs an alarm; other tables and
 * operations show themselves as failed requests or failed work.
 */
const operations: Readonly<Record<string, readonly string[]>> = {
  EventStore: ['PutItem', 'Query'],
  ReadModel: ['TransactWriteItems', 'BatchGetItem'],
}

/** Alarms for the tables that every request needs. */
export function watchTables(stack: Stack, { tables }: Watched): void {
  const needed = tables.filter(({ node }) => Object.hasOwn(operations, node.id))
  for (const table of needed) watchThrottles(stack, table)
  addAlarm(stack, {
    name: 'DynamoErrors',
    metric: sumOf(
      'Errors of DynamoDB',
      needed.flatMap((table) =>
        (operations[table.node.id] ?? []).map((operation) =>
          tableMetric(table, { metricName: 'SystemErrors', statistic: 'Sum', operation }),
        ),
      ),
    ),
    threshold: 5,
    description: 'DynamoDB answers with errors of its own. The clients retry; see the AWS Health Dashboard.',
  })
}

function watchThrottles(stack: Stack, table: TableV2): void {
  const { id } = table.node
  addAlarm(stack, {
    name: `${id}Throttled`,
    metric: sumOf(`Throttled in ${id}`, [
      tableMetric(table, { metricName: 'ReadThrottleEvents', statistic: 'Sum' }),
      tableMetric(table, { metricName: 'WriteThrottleEvents', statistic: 'Sum' }),
    ]),
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    description: `DynamoDB throttles requests to ${id}. The log line "call was throttled" names the reason and the stream.`,
  })
}

/** The sum of metrics, of which AWS sends none while it is zero. */
export function sumOf(
  label: string,
  metrics: readonly IMetric[],
  period = Duration.minutes(5),
): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]))
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ')
  return new MathExpression({
    expression,
    usingMetrics,
    label,
    period,
  })
}
