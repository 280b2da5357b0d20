import { functionMetrics, metricsOfIncidents } from '../../../../commands/aws/metric-names.ts'

/** US dollars a month in us-east-1. Source: "Amazon CloudWatch Pricing", read on 2026-11-30. */
const price = { alarmMetric: 0.1, compositeAlarm: 0.5, metric: 0.3, dashboardAfterThree: 3 }

export interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
}

/** The parts of the bill for monitoring a stage. */
export interface Bill {
  readonly alarmMetrics: number
  readonly compositeAlarms: number
  /** Metrics of our own that are written all the time. */
  readonly metrics: number
  /** Metrics of our own that are written only while something is wrong. */
  readonly incidentMetrics: number
  readonly dashboards: number
  /** US dollars a month without incidents. */
  readonly sum: number
}

/** The bill for the monitoring in these resources. */
export function billOf(resources: readonly Resource[]): Bill {
  const of = (type: string) => resources.filter(({ Type }) => Type === type)
  const own = ownMetrics(resources)
  const alarmMetrics = of('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsIn(alarm), 0)
  const compositeAlarms = of('AWS::CloudWatch::CompositeAlarm').length
  const metrics = [...own].filter((name) => !metricsOfIncidents.includes(name)).length
  const dashboards = of('AWS::CloudWatch::Dashboard').length
  return {
    alarmMetrics,
    compositeAlarms,
    metrics,
    incidentMetrics: own.size - metrics,
    dashboards,
    sum:
      alarmMetrics * price.alarmMetric +
      compositeAlarms * price.compositeAlarm +
      metrics * price.metric +
      Math.max(0, dashboards - 3) * price.dashboardAfterThree,
  }
}

/** An alarm costs as much as the metrics in it. A query counts as one: it finds none while all is well. */
function metricsIn({ Properties }: Resource): number {
  const parts = (Properties['Metrics'] ?? []) as readonly { readonly MetricStat?: unknown }[] // by its schema
  return Math.max(1, parts.filter(({ MetricStat }) => MetricStat !== undefined).length)
}

/** The metrics that the functions and the filters of their logs write. */
export function ownMetrics(resources: readonly Resource[]): ReadonlySet<string> {
  const filtered = resources
    .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
    .flatMap(({ Properties }) =>
      (Properties['MetricTransformations'] as readonly { readonly MetricName: string }[]).map(
        ({ MetricName }) => MetricName,
      ),
    )
  return new Set([...filtered, ...Object.keys(functionMetrics)])
}
