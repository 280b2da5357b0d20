import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
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
