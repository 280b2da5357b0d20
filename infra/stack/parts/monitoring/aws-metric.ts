import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'

/** A metric of AWS, or of this code. A test compares the name with AWS's documentation. */
export interface MetricOptions {
  readonly namespace: string
  readonly metricName: string
  readonly dimensionsMap?: Readonly<Record<string, string>>
  readonly statistic: string
  readonly minutes?: number
}

/** A metric in periods of five minutes, unless told otherwise. */
export function metricOf({ minutes = 5, ...o }: MetricOptions): Metric {
  return new Metric({
    namespace: o.namespace,
    metricName: o.metricName,
    statistic: o.statistic,
    ...(o.dimensionsMap && { dimensionsMap: { ...o.dimensionsMap } }),
    period: Duration.minutes(minutes),
  })
}

type Named = Pick<MetricOptions, 'metricName' | 'statistic' | 'minutes'>

/** A metric of a function. Every metric of a function gets its dimensions here. */
export function functionMetric({ functionName }: LambdaFunction, o: Named): Metric {
  return metricOf({
    ...o,
    namespace: 'AWS/Lambda',
    dimensionsMap: { FunctionName: functionName },
  })
}

export function apiMetric({ apiId }: HttpApi, o: Named): Metric {
  return metricOf({
    ...o,
    namespace: 'AWS/ApiGateway',
    dimensionsMap: { ApiId: apiId },
  })
}

export function tableMetric({ tableName }: TableV2, o: Named & { readonly operation?: string }): Metric {
  const { operation, ...rest } = o
  return metricOf({
    ...rest,
    namespace: 'AWS/DynamoDB',
    dimensionsMap: { TableName: tableName, ...(operation !== undefined && { Operation: operation }) },
  })
}

export interface QueryOptions extends Pick<MetricOptions, 'namespace' | 'metricName'> {
  readonly dimensions: readonly string[]
  /** The value of the first dimension. Without it, the sum is over all values. */
  readonly of?: string
}

/**
 * The sum of a metric over all values of its dimensions, as a query of CloudWatch Metrics Insights. It costs as much as an
 * alarm for each metric that it finds. Use it only for metrics that AWS does not send while they are zero.
 */
export function querySum(
  label: string,
  { namespace, metricName, dimensions, of }: QueryOptions,
): MathExpression {
  const schema = `SCHEMA("${namespace}", ${dimensions.join(', ')})`
  const where = of === undefined ? '' : ` WHERE ${dimensions[0]} = '${of}'`
  return new MathExpression({
    expression: `SELECT SUM(${metricName}) FROM ${schema}${where}`,
    usingMetrics: {},
    label,
    period: Duration.minutes(5),
  })
}
