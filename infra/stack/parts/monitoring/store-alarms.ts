import { Duration, type Stack } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { addAlarm } from './alarm.ts'
import { querySum, tableMetric } from './aws-metric.ts'
import type { Watched } from './watched.ts'

/** The tables that every request needs. The others show themselves as failed requests or failed work. */
const needed = ['EventStore', 'ReadModel']

/** Alarms for the tables that every request needs, and for errors of DynamoDB in any table. */
export function watchTables(stack: Stack, { tables }: Watched): void {
  for (const table of tables) if (needed.includes(table.node.id)) watchThrottles(stack, table)
  addAlarm(stack, {
    name: 'DynamoErrors',
    metric: querySum('Errors of DynamoDB', {
      namespace: 'AWS/DynamoDB',
      metricName: 'SystemErrors',
      dimensions: ['Operation', 'TableName'],
    }),
    threshold: 5,
    description: 'DynamoDB answers requests of this account with errors of its own. The clients retry.',
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
function sumOf(label: string, metrics: readonly IMetric[]): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]))
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ')
  return new MathExpression({
    expression,
    usingMetrics,
    label,
    period: Duration.minutes(5),
  })
}
