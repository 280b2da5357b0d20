import { fieldsOf } from '../../../../infra/local/index.ts'
import { type DeclaredResource, declaredOf } from '../../../kit/local-cloud/declared-resources.ts'

/** A metric as a template uses it. */
export interface UsedMetric {
  readonly namespace: string
  readonly name: string
  /** Sorted and joined by a comma. */
  readonly dimensions: string
  readonly statistic: string
  /** The place in the template. */
  readonly by: string
}

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string
    readonly MetricName: string
    readonly Dimensions?: Dimensions
  }
  readonly Stat: string
}

type Dimensions = readonly { readonly Name: string }[]

interface AlarmProperties {
  readonly AlarmName: string
  readonly Namespace?: string
  readonly MetricName?: string
  readonly Dimensions?: Dimensions
  readonly Statistic?: string
  readonly ExtendedStatistic?: string
  readonly Metrics?: readonly { readonly MetricStat?: MetricStat; readonly Expression?: string }[]
}

const namesOf = (dimensions: Dimensions = []) =>
  dimensions
    .map(({ Name }) => Name)
    .toSorted()
    .join()

export const alarms = () => declaredOf('AWS::CloudWatch::Alarm')
export const composites = () => declaredOf('AWS::CloudWatch::CompositeAlarm')

/** The name of an alarm without that of the stage. */
export function nameOf({ Properties }: DeclaredResource): string {
  return String(Properties['AlarmName'] ?? Properties['CompositeAlarmName']).replace(/^annals-[^-]+-/, '')
}

/** The metrics that alarms watch. */
export function metricsOfAlarms(): readonly UsedMetric[] {
  return alarms().flatMap(({ Properties }) => metricsOf(Properties as unknown as AlarmProperties)) // by its schema
}

function metricsOf(alarm: AlarmProperties): UsedMetric[] {
  const by = alarm.AlarmName
  if (alarm.Metrics === undefined)
    return [
      {
        namespace: alarm.Namespace ?? '',
        name: alarm.MetricName ?? '',
        dimensions: namesOf(alarm.Dimensions),
        statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
        by,
      },
    ]
  return alarm.Metrics.flatMap(({ MetricStat, Expression = '' }) => {
    if (MetricStat !== undefined) {
      const { Metric, Stat } = MetricStat
      return [
        {
          namespace: Metric.Namespace,
          name: Metric.MetricName,
          dimensions: namesOf(Metric.Dimensions),
          statistic: Stat,
          by,
        },
      ]
    }
    return queried(Expression, by)
  })
}

const query = /^SELECT SUM\((\S+)\) FROM SCHEMA\("([^"]+)", ([^)]+)\)/

/** The metric that a query of Metrics Insights sums up. */
function queried(expression: string, by: string): UsedMetric[] {
  const [, name = '', namespace = '', dimensions = ''] = query.exec(expression) ?? []
  if (name === '') return []
  return [{ namespace, name, dimensions: dimensions.split(', ').toSorted().join(), statistic: 'Sum', by }]
}

type DashboardMetric = readonly (string | { readonly stat?: string })[]

/** The metrics that the dashboard shows. */
export function metricsOfDashboard(): readonly UsedMetric[] {
  return widgets().flatMap(({ title, metrics }) =>
    metrics.map((metric) => {
      const texts = metric.filter((part) => typeof part === 'string')
      const [namespace = '', name = '', ...pairs] = texts
      const options = fieldsOf(metric.find((part) => typeof part !== 'string'))
      return {
        namespace,
        name,
        dimensions: pairs
          .filter((_, index) => index % 2 === 0)
          .toSorted()
          .join(),
        statistic: String(options['stat'] ?? 'Average'),
        by: `graph "${title}"`,
      }
    }),
  )
}

export interface Widget {
  readonly title: string
  readonly region: string
  readonly metrics: readonly DashboardMetric[]
}

/** The graphs of the dashboard. */
export function widgets(): readonly Widget[] {
  const [dashboard] = declaredOf('AWS::CloudWatch::Dashboard')
  const body = JSON.parse(String(dashboard?.Properties['DashboardBody']))
  return body.widgets
    .filter(({ type }: { type: string }) => type === 'metric')
    .map(({ properties }: { properties: Widget }) => properties)
}
