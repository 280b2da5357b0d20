import { describe, expect, it } from 'vitest'
import { throttledCall } from '../../../../commands/aws/dynamo-throttling.ts'
import { queries } from '../../../../infra/stack/parts/monitoring/queries.ts'
import { declared, declaredOf } from '../../../kit/local-cloud/declared-resources.ts'
import { widgets } from './template-metrics.ts'

describe('the dashboard', () => {
  /** The titles of the graphs that every stage has. */
  const titles = () =>
    widgets()
      .map(({ title }) => title)
      .filter((title) => !title.startsWith('Upload'))

  it('answers the first questions of an operator', () => {
    expect(declared('Dashboard').Properties['DashboardName']).toBe('annals-dev')
    expect(titles()).toEqual([
      'Requests',
      'Answers with an error',
      'Latency in milliseconds',
      'Commands and events',
      'Cold starts',
      'Reactions',
      'Age of the next record in milliseconds',
      'Projection lag in milliseconds',
      'Parked streams and changed commits',
      'Concurrency of the account',
      'Errors by function',
      'Duration p99 by function in milliseconds',
      'Read units',
      'Write units',
      'Throttled',
      'Messages that wait',
      'Age of the oldest message in seconds',
      'Lost events by rule',
      'Mail of the account',
      'Cost of the account in this month, USD',
    ])
  })

  it('shows every function, table and queue', () => {
    const counts = new Map(widgets().map(({ title, metrics }) => [title, metrics.length]))
    expect(counts.get('Errors by function')).toBe(declaredOf('AWS::Lambda::Function').length)
    expect(counts.get('Read units')).toBe(declaredOf('AWS::DynamoDB::GlobalTable').length)
    expect(counts.get('Messages that wait')).toBe(declaredOf('AWS::SQS::Queue').length)
    expect(counts.get('Lost events by rule')).toBe(declaredOf('AWS::Events::Rule').length)
  })

  it('reads the charges in the only region that has them', () => {
    const cost = widgets().find(({ title }) => title.startsWith('Cost'))
    expect(cost?.region).toBe('us-east-1')
    expect(String(declared('Dashboard').Properties['DashboardBody'])).toContain('**us-east-1** only')
  })
})

describe('the saved queries', () => {
  it('run over the logs of all functions, under the name of the stage', () => {
    const saved = declaredOf('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties)
    expect(saved.map(({ Name }) => Name).toSorted()).toEqual(
      Object.keys(queries)
        .map((name) => `annals/dev/${name}`)
        .toSorted(),
    )
    const logs = declaredOf('AWS::Lambda::Function').map(
      ({ logicalId }) => `${logicalId.replace(/[0-9A-F]{8}$/, '')}Log`,
    )
    for (const { LogGroupNames } of saved)
      expect((LogGroupNames as string[]).toSorted()).toEqual(logs.toSorted())
  })

  it('know the line of a throttled call', () => {
    expect(queries['Throttled calls']?.join()).toContain(`message = "${throttledCall}"`)
  })
})
