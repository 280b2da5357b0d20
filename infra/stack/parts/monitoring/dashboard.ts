import { Duration, type Stack } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Dashboard, GraphWidget, type IMetric, type Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch'
import {
  type FunctionMetric,
  functionMetricDimensions,
  functionMetrics,
} from '../../../../commands/aws/metric-names.ts'
import type { Stage } from '../../../stages/read-stage.ts'
import { metricsNamespace } from '../log-alarm.ts'
import { apiMetric, functionMetric, metricOf, tableMetric } from './aws-metric.ts'
import type { Watched } from './watched.ts'
import { lostBy } from './work-alarms.ts'

export interface DashboardOptions {
  readonly stage: Stage
  readonly api: HttpApi
  readonly watched: Watched
}

/** Width of a third of the dashboard, and the height of every graph, in CloudWatch's units. */
const third = 8
const height = 6

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
  new GraphWidget({ title, left: [...left], right: [...right], width: third, height })

const named = (metric: Metric, label: string): Metric => metric.with({ label })

/** The dashboard of a stage: a row for each question that an operator asks first. */
export function addDashboard(stack: Stack, { stage, api, watched }: DashboardOptions): void {
  const { machines } = watched
  const own = ownMetrics(stage)
  const dashboard = new Dashboard(stack, 'Dashboard', {
    dashboardName: `annals-${stage.name}`,
    defaultInterval: Duration.hours(3),
    widgets: [
      apiRow(api),
      [
        graph(
          'Commands and events',
          [
            own('EventsAppended', 'SampleCount', 'commands accepted'),
            own('CommandsRejected', 'Sum'),
            own('CommandsFailed', 'Sum'),
          ],
          [own('EventsAppended', 'Sum')],
        ),
        graph('Cold starts', [own('ColdStarts', 'Sum')]),
        graph('Reactions', [
          own('ReactionsFailed', 'SampleCount', 'reactions'),
          own('ReactionsFailed', 'Sum'),
        ]),
      ],
      streamRow(watched, stage, own),
      functionRow(watched),
      tableRow(watched),
      queueRow(watched),
    ],
  })
  if (machines.length > 0)
    dashboard.addWidgets(
      ...machines.flatMap(({ node, attrArn }) => pipelineGraphs(node.id, attrArn)),
      graph('Uploads', [own('UploadsFailed', 'SampleCount', 'ended'), own('UploadsFailed', 'Sum')]),
    )
  dashboard.addWidgets(mailGraph(), costGraph(), new TextWidget({ markdown: costNote, width: third, height }))
}

type OwnMetric = (name: FunctionMetric, statistic: string, label?: string) => Metric

/** The metrics that the functions write themselves. */
function ownMetrics(stage: Stage): OwnMetric {
  return (name, statistic, label = name) => {
    if (!Object.hasOwn(functionMetrics, name)) throw new Error(`No function writes ${name}`)
    return metricOf({
      namespace: metricsNamespace(stage),
      metricName: name,
      dimensionsMap: functionMetricDimensions,
      statistic,
    }).with({ label })
  }
}

function apiRow(api: HttpApi): GraphWidget[] {
  const latency = (statistic: string) =>
    named(apiMetric(api, { metricName: 'Latency', statistic }), statistic)
  return [
    graph('Requests', [apiMetric(api, { metricName: 'Count', statistic: 'Sum' })]),
    graph('Answers with an error', [
      apiMetric(api, { metricName: '4xx', statistic: 'Sum' }),
      apiMetric(api, { metricName: '5xx', statistic: 'Sum' }),
    ]),
    graph('Latency in milliseconds', [latency('p50'), latency('p99')]),
  ]
}

function streamRow({ consumers }: Watched, stage: Stage, own: OwnMetric): GraphWidget[] {
  return [
    graph(
      'Age of the next record in milliseconds',
      consumers.map((one) =>
        named(functionMetric(one, { metricName: 'IteratorAge', statistic: 'Maximum' }), one.node.id),
      ),
    ),
    graph('Projection lag in milliseconds', [
      own('ProjectionLag', 'p50', 'p50'),
      own('ProjectionLag', 'p99', 'p99'),
    ]),
    graph(
      'Parked streams and changed commits',
      ['ParkedStreams', 'ChangedCommits'].map((metricName) =>
        metricOf({ namespace: metricsNamespace(stage), metricName, statistic: 'Sum' }),
      ),
    ),
  ]
}

function functionRow({ functions }: Watched): GraphWidget[] {
  const ofAll = (metricName: string, statistic: string) =>
    functions.map((one) => named(functionMetric(one, { metricName, statistic }), one.node.id))
  return [
    graph('Concurrency of the account', [
      metricOf({ namespace: 'AWS/Lambda', metricName: 'ConcurrentExecutions', statistic: 'Maximum' }),
      metricOf({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum' }),
    ]),
    graph('Errors by function', ofAll('Errors', 'Sum')),
    graph('Duration p99 by function in milliseconds', ofAll('Duration', 'p99')),
  ]
}

function tableRow({ tables }: Watched): GraphWidget[] {
  const ofAll = (...metricNames: readonly string[]) =>
    tables.flatMap((table) =>
      metricNames.map((metricName) =>
        named(tableMetric(table, { metricName, statistic: 'Sum' }), `${table.node.id} ${metricName}`),
      ),
    )
  return [
    graph('Read units', ofAll('ConsumedReadCapacityUnits')),
    graph('Write units', ofAll('ConsumedWriteCapacityUnits')),
    graph('Throttled', ofAll('ReadThrottleEvents', 'WriteThrottleEvents')),
  ]
}

function queueRow({ queues, rules }: Watched): GraphWidget[] {
  const ofAll = (metricName: string) =>
    queues.map(({ node, queueName }) =>
      named(
        metricOf({
          namespace: 'AWS/SQS',
          metricName,
          statistic: 'Maximum',
          dimensionsMap: { QueueName: queueName },
        }),
        node.id,
      ),
    )
  return [
    graph('Messages that wait', ofAll('ApproximateNumberOfMessagesVisible')),
    graph('Age of the oldest message in seconds', ofAll('ApproximateAgeOfOldestMessage')),
    graph(
      'Lost events by rule',
      rules.map((rule) => named(lostBy(rule), rule.name ?? rule.node.id)),
    ),
  ]
}

function pipelineGraphs(id: string, arn: string): GraphWidget[] {
  const metric = (metricName: string, statistic: string) =>
    metricOf({ namespace: 'AWS/States', metricName, statistic, dimensionsMap: { StateMachineArn: arn } })
  return [
    graph(`${id}: runs`, [
      metric('ExecutionsStarted', 'Sum'),
      metric('ExecutionsSucceeded', 'Sum'),
      metric('ExecutionsFailed', 'Sum'),
      metric('ExecutionsTimedOut', 'Sum'),
    ]),
    graph(`${id}: time in milliseconds`, [metric('ExecutionTime', 'p50'), metric('ExecutionTime', 'p99')]),
  ]
}

function mailGraph(): GraphWidget {
  const metric = (metricName: string) => metricOf({ namespace: 'AWS/SES', metricName, statistic: 'Sum' })
  return graph('Mail of the account', [metric('Send'), metric('Bounce'), metric('Complaint')])
}

/** AWS writes the charges to one region only, so the graph names that region. */
function costGraph(): GraphWidget {
  const charges = metricOf({
    namespace: 'AWS/Billing',
    metricName: 'EstimatedCharges',
    statistic: 'Maximum',
    dimensionsMap: { Currency: 'USD' },
    minutes: 360,
  }).with({ region: 'us-east-1' })
  return new GraphWidget({
    title: 'Cost of the account in this month, USD',
    left: [charges],
    region: 'us-east-1',
    width: third,
    height,
  })
}

const costNote = [
  'AWS writes estimated charges to **us-east-1** only, a few times a day, once billing alerts are on in the billing preferences.',
  '',
  'They are those of the whole account. The budget of the stage watches the same sum.',
].join('\n')
