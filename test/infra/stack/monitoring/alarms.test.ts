import { readFileSync } from 'node:fs'
import { App, Stack } from 'aws-cdk-lib'
import { beforeAll, describe, expect, it } from 'vitest'
import { functionMetricDimensions, functionMetrics } from '../../../../commands/aws/metric-names.ts'
import { fieldsOf } from '../../../../infra/local/index.ts'
import { addAlarm, sendAlarmsTo } from '../../../../infra/stack/parts/monitoring/alarm.ts'
import { addAlerts } from '../../../../infra/stack/parts/monitoring/alerts.ts'
import { burnRates } from '../../../../infra/stack/parts/monitoring/api-alarms.ts'
import { metricOf } from '../../../../infra/stack/parts/monitoring/aws-metric.ts'
import { watchedInterval } from '../../../../infra/stack/parts/monitoring/interval.ts'
import { readStage, type Stage } from '../../../../infra/stages/read-stage.ts'
import { declared, declaredOf } from '../../../kit/local-cloud/declared-resources.ts'
import { awsMetrics } from '../aws-metrics.ts'
import {
  alarms,
  composites,
  metricsOfAlarms,
  metricsOfDashboard,
  nameOf,
  type UsedMetric,
} from './template-metrics.ts'

let stage: Stage
beforeAll(async () => {
  stage = await readStage('dev', {})
})

/** The alarms that tell nobody by themselves: a composite alarm watches them. */
const parts = () =>
  composites().flatMap(({ Properties }) =>
    [...String(Properties['AlarmRule']).matchAll(/ALARM\("(\w+)Alarm\.Arn"\)/g)].map(([, name]) =>
      String(name),
    ),
  )

const told = () => [...alarms().filter((alarm) => !parts().includes(nameOf(alarm))), ...composites()]

describe('every alarm', () => {
  it('tells the topic when it starts and when it ends, or is part of one that does', () => {
    expect(told().length).toBeGreaterThan(20)
    for (const { Properties, logicalId } of told()) {
      expect(Properties, logicalId).toHaveProperty('AlarmActions', ['Alerts'])
      expect(Properties, logicalId).toHaveProperty('OKActions', ['Alerts'])
    }
  })

  it('says in its message what happened', () => {
    for (const { Properties, logicalId } of [...alarms(), ...composites()])
      expect(String(Properties['AlarmDescription']), logicalId).toMatch(/^.{20,}\.$/)
  })

  it('has the name of its stage, so that a message says which copy is in trouble', () => {
    for (const { Properties } of alarms()) expect(Properties['AlarmName']).toMatch(/^annals-dev-[A-Z]\w+$/)
  })

  it('cannot be added to a stack whose alarms reach nobody', () => {
    const add = () =>
      addAlarm(new Stack(new App(), 'silent'), {
        name: 'Nothing',
        metric: metricOf({ namespace: 'AWS/Lambda', metricName: 'Errors', statistic: 'Sum' }),
        description: 'Nobody hears this.',
      })
    expect(add).toThrow('An alarm of silent would reach nobody: call sendAlarmsTo first.')
  })
})

describe('the operating page', () => {
  /** The names in the first column of the tables of alarms. */
  const rows = () => {
    const text = readFileSync('docs/operating.md', 'utf8')
    const section = text.slice(text.indexOf('## Alarms'), text.indexOf('## Dashboard'))
    return section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  }

  it('has a line for every alarm that reaches people, and none for another', () => {
    const listed = rows().flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name))
    expect(listed.toSorted()).toEqual(told().map(nameOf).toSorted())
  })

  it('says what each means and what to type', () => {
    expect(rows().length).toBeGreaterThan(10)
    for (const [, names, meaning = '', todo = ''] of rows()) {
      expect(meaning.length, names).toBeGreaterThan(20)
      expect(todo, names).toMatch(/`npm run|`aws |\]\(#/)
    }
  })
})

describe('a metric', () => {
  const known = ({ namespace, name }: UsedMetric) =>
    awsMetrics.find((metric) => metric.namespace === namespace && metric.name === name)

  const check = (used: UsedMetric) => {
    const place = `${used.namespace} ${used.name} of ${used.by}`
    const metric = known(used)
    expect(metric, place).toBeDefined()
    expect(metric?.dimensions, place).toContain(used.dimensions)
    expect(metric?.statistics, place).toContain(used.statistic.replace(/^p\d+$/, 'p'))
  }

  const isOfAws = ({ namespace }: UsedMetric) => namespace.startsWith('AWS/')

  it('of an alarm is one that AWS sends, with these dimensions and this statistic', () => {
    const used = metricsOfAlarms().filter(isOfAws)
    expect(used.length).toBeGreaterThan(20)
    for (const metric of used) check(metric)
  })

  it('of the dashboard is one, too', () => {
    const used = metricsOfDashboard().filter(isOfAws)
    expect(used.length).toBeGreaterThan(40)
    for (const metric of used) check(metric)
  })

  it('of our own is one that a function or a filter of its log writes', () => {
    const filters = declaredOf('AWS::Logs::MetricFilter').map(({ Properties }) => {
      const [to] = Properties['MetricTransformations'] as Record<string, unknown>[] // one, by its schema
      return `${to?.['MetricNamespace']} ${to?.['MetricName']} `
    })
    const dimension = Object.keys(functionMetricDimensions).join()
    const written = [
      ...filters,
      ...Object.keys(functionMetrics).map((name) => `Annals/dev ${name} ${dimension}`),
    ]
    const used = [...metricsOfAlarms(), ...metricsOfDashboard()].filter((metric) => !isOfAws(metric))
    expect(used.length).toBeGreaterThan(10)
    for (const { namespace, name, dimensions } of used)
      expect(written).toContain(`${namespace} ${name} ${dimensions}`)
    // And all of them are shown, those of uploads with the pipeline.
    const shown = used.map((metric) => metric.name)
    for (const name of Object.keys(functionMetrics))
      if (!name.startsWith('Uploads')) expect(shown).toContain(name)
  })

  it('that a query sums up is sent only while something is wrong, because each found metric costs an alarm', () => {
    const queries = alarms().filter(({ Properties }) => JSON.stringify(Properties).includes('SELECT SUM'))
    expect(queries.map(nameOf).toSorted()).toEqual(['DynamoErrors', 'EventsLost'])
    for (const used of metricsOfAlarms().filter(({ by }) => queries.some((one) => by.endsWith(nameOf(one)))))
      expect(known(used)?.onlyIfNonZero).toBe(true)
  })
})

describe('the watched resources', () => {
  const names = () => told().map(nameOf)

  it('are functions: each has an alarm for its errors, or a queue or a run that keeps its failed work', () => {
    const machine = JSON.stringify(declaredOf('AWS::StepFunctions::StateMachine'))
    const kept = [
      ...declaredOf('AWS::Lambda::EventInvokeConfig'),
      ...declaredOf('AWS::Lambda::EventSourceMapping'),
    ].map(({ Properties }) => Properties['FunctionName'])
    for (const { logicalId } of declaredOf('AWS::Lambda::Function')) {
      const name = logicalId.replace(/[0-9A-F]{8}$/, '')
      const watched =
        names().includes(`${name}Errors`) || kept.includes(name) || machine.includes(`${name}.Arn`)
      expect(watched, name).toBe(true)
    }
  })

  it('are schedules: each has an alarm for a missed run, which takes no value for a bad one', () => {
    for (const { Properties } of declaredOf('AWS::Scheduler::Schedule')) {
      const target = String(fieldsOf(Properties['Target'])['Arn']).replace(/\.Arn$/, '')
      const { TreatMissingData, Period, EvaluationPeriods, ComparisonOperator, Threshold } = declared(
        `${target}MissedAlarm`,
      ).Properties
      expect({ TreatMissingData, ComparisonOperator, Threshold }).toEqual({
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
      })
      const watchedMinutes = (Number(Period) * Number(EvaluationPeriods)) / 60
      expect(watchedMinutes).toBeGreaterThan(
        Number(watchedInterval(String(Properties['ScheduleExpression']))),
      )
    }
  })

  it.each([
    ['cron(0/5 * * * ? *)', 5],
    ['cron(* * * * ? *)', 1],
    ['cron(15 * * * ? *)', 60],
    ['cron(0 0/6 * * ? *)', 360],
    ['cron(30 0 * * ? *)', 1440],
    ['rate(2 hours)', 120],
    ['rate(1 day)', 1440],
    ['rate(7 days)', undefined],
    // Not every day: no alarm can look back far enough.
    ['cron(0 3 1 * ? *)', undefined],
    ['cron(0 3 ? * MON *)', undefined],
  ])('that run by %s are due within this number of minutes: %s', (expression, minutes) => {
    expect(watchedInterval(expression)).toBe(minutes)
  })

  it('Registration is slow before Cognito stops waiting for it', () => {
    expect(declared('RegistrationDurationAlarm').Properties).toMatchObject({
      Statistic: 'Maximum',
      Threshold: 4000,
    })
  })

  it.each(['Projector', 'Forwarder'])('%s may be a minute behind for five minutes', (name) => {
    expect(declared(`${name}LagAlarm`).Properties).toMatchObject({
      MetricName: 'IteratorAge',
      Threshold: 60_000,
      Period: 60,
      EvaluationPeriods: 5,
    })
  })
})

describe('the error budget', () => {
  it('burns too fast if a long window and a short one say so, at either speed', () => {
    const rule = String(composites()[0]?.Properties['AlarmRule'])
    expect(rule.replaceAll(/[()]/g, '')).toBe(
      'ALARM"ErrorBudget1hAlarm.Arn" AND ALARM"ErrorBudget5mAlarm.Arn" OR ALARM"ErrorBudget6hAlarm.Arn" AND ALARM"ErrorBudget30mAlarm.Arn"',
    )
  })

  it.each([
    ['1h', 3600, 0.0072],
    ['5m', 300, 0.0072],
    ['6h', 21_600, 0.003],
    ['30m', 1800, 0.003],
  ])('of 0.05%% burns too fast in %s', (window, Period, Threshold) => {
    const { Properties } = declared(`ErrorBudget${window}Alarm`)
    expect(Properties['Threshold']).toBe(Threshold)
    expect(Properties['Metrics']).toMatchObject([
      { Expression: 'IF(FILL(failed, 0) >= 5, FILL(failed, 0) / requests, 0)' },
      { Id: 'failed', MetricStat: { Period, Stat: 'Sum', Metric: { MetricName: '5xx' } } },
      { Id: 'requests', MetricStat: { Period, Stat: 'Sum', Metric: { MetricName: 'Count' } } },
    ])
  })

  it('has windows whose lengths differ by twelve, so that the alarm ends soon after the trouble', () => {
    for (const { long, short } of burnRates) expect(long.minutes / short.minutes).toBe(12)
  })
})

describe('the topic', () => {
  it('takes messages from CloudWatch, budgets and EventBridge of this account, over TLS', () => {
    expect(declared('AlertsPolicy').Properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Action: 'sns:Publish',
          Resource: 'Alerts',
          Principal: {
            Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com', 'events.amazonaws.com'],
          },
          Condition: { StringEquals: { 'aws:SourceAccount': 'account' } },
        },
      ],
    })
  })

  const added = (settings: Partial<Stage['settings']>) => {
    const stack = new Stack(new App(), 'data')
    addAlerts(stack, { ...stage, settings: { ...stage.settings, ...settings } })
    return Object.values(stackOf(stack))
  }

  it('writes to the address of the settings, and to nobody without one', () => {
    const subscriptions = (settings: Partial<Stage['settings']>) =>
      added(settings).filter(({ Type }) => Type === 'AWS::SNS::Subscription')
    expect(subscriptions({})).toEqual([])
    expect(subscriptions({ alertEmail: 'ops@example.org' })).toMatchObject([
      { Properties: { Protocol: 'email', Endpoint: 'ops@example.org' } },
    ])
  })

  it('hears of the budget at 80%, at 100%, and when the forecast exceeds it', () => {
    const budgets = (settings: Partial<Stage['settings']>) =>
      added(settings).filter(({ Type }) => Type === 'AWS::Budgets::Budget')
    expect(budgets({})).toEqual([])
    const [budget] = budgets({ budget: 500 })
    expect(budget?.Properties).toMatchObject({
      Budget: { BudgetLimit: { Amount: 500, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
      NotificationsWithSubscribers: [
        {
          Notification: { NotificationType: 'ACTUAL', Threshold: 80 },
          Subscribers: [{ SubscriptionType: 'SNS' }],
        },
        { Notification: { NotificationType: 'ACTUAL', Threshold: 100 } },
        { Notification: { NotificationType: 'FORECASTED', Threshold: 100 } },
      ],
    })
  })

  it('is told by a stack only after the stack was connected', () => {
    const app = new App()
    const [data, service] = [new Stack(app, 'data'), new Stack(app, 'service')]
    sendAlarmsTo(service, { stage, topic: addAlerts(data, stage) })
    addAlarm(service, {
      name: 'Errors',
      metric: metricOf({ namespace: 'AWS/Lambda', metricName: 'Errors', statistic: 'Sum' }),
      description: 'Something failed.',
    })
    const [alarm] = Object.values(stackOf(service))
    expect(alarm?.Properties).toMatchObject({ AlarmName: 'annals-dev-Errors' })
    expect(alarm?.Properties['AlarmActions']).toHaveLength(1)
  })
})

function stackOf(stack: Stack): Record<string, { Type: string; Properties: Record<string, unknown> }> {
  const app = stack.node.root
  if (!App.isApp(app)) throw new Error('The stack has no app.')
  return app.synth().getStackArtifact(stack.artifactId).template.Resources
}
