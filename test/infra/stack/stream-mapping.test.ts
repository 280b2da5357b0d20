import { describe, expect, it } from 'vitest'
import { readStreamMapping, type StreamRecord } from '../../../infra/local/index.ts'
import { changedCommit, parkedStream } from '../../../projections/delivery/stream-handler.ts'
import { versions } from '../../../projections/versions.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'

function mappingOf(name: string) {
  const found = declaredOf('AWS::Lambda::EventSourceMapping').filter(
    ({ Properties }) => Properties['FunctionName'] === name,
  )
  expect(found).toHaveLength(1)
  return found[0]?.Properties ?? {}
}

function record(eventName: string, stream: string): StreamRecord {
  // The fields that a filter reads.
  return { eventName, dynamodb: { Keys: { pk: { S: stream }, sk: { N: '1' } } } } as unknown as StreamRecord
}

describe('the mapping of the event store', () => {
  it('has the two readers that DynamoDB allows a stream', () => {
    const mappings = declaredOf('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    const ofStream = mappings.filter(({ EventSourceArn }) => EventSourceArn === 'EventStore.StreamArn')
    const readers = ofStream.map(({ FunctionName }) => FunctionName)
    expect(readers.toSorted()).toEqual(['Forwarder', 'Projector'])
  })

  it.each([
    'Projector',
    'Forwarder',
  ])('delivers its whole stream to the %s, and sends to a queue what it gives up', (name) => {
    const { FilterCriteria: _, ...settings } = mappingOf(name)
    expect(settings).toEqual({
      EventSourceArn: 'EventStore.StreamArn',
      FunctionName: name,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: 10,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: `${name}Failures.Arn` } },
    })
  })

  it.each<[boolean, string, string]>([
    ...versions.categories.map((aggregate): [boolean, string, string] => [true, 'INSERT', `${aggregate}-1`]),
    [false, 'INSERT', 'nothing-1'],
    [false, 'INSERT', 'projects-1'],
    [false, 'INSERT', 'project'],
    [true, 'MODIFY', 'project-1'],
    [true, 'REMOVE', 'project-1'],
    [true, 'MODIFY', 'nothing-1'],
    [true, 'REMOVE', 'nothing-1'],
  ])('passes (%s) to the projector an %s of %s', (passes, eventName, stream) => {
    expect(readStreamMapping(mappingOf('Projector'), true).wants(record(eventName, stream))).toBe(passes)
  })
})

describe('the mapping of the forwarder', () => {
  it.each([
    [true, 'INSERT', 'project-1'],
    [true, 'INSERT', 'nothing-1'],
    [false, 'MODIFY', 'project-1'],
    [false, 'REMOVE', 'project-1'],
  ])('passes (%s) an %s of %s', (passes, eventName, stream) => {
    expect(readStreamMapping(mappingOf('Forwarder'), true).wants(record(eventName, stream))).toBe(passes)
  })
})

/** The filters that count lines for a metric. */
function filtersOf(metric: string) {
  return declaredOf('AWS::Logs::MetricFilter')
    .map(({ Properties }) => Properties)
    .filter(({ MetricTransformations: transformations }) => {
      const [{ MetricNamespace, MetricName, MetricValue }] = [transformations].flat().map(Object)
      return MetricNamespace === 'Annals/dev' && MetricName === metric && MetricValue === '1'
    })
}

describe('the alarm for a changed or removed commit', () => {
  it('is raised by the first such line in the log of the projector or of its redrive', () => {
    const filters = filtersOf('ChangedCommits')
    expect(filters.map(({ LogGroupName }) => LogGroupName)).toEqual(['ProjectorLog', 'ProjectorRedriveLog'])
    for (const filter of filters)
      expect(filter['FilterPattern']).toBe(`{ ($.level = "CRITICAL") && ($.message = "${changedCommit}") }`)
    expect(declared('ProjectorChangedCommitsAlarm').Properties).toMatchObject({
      AlarmDescription: expect.stringContaining('A commit was changed or removed'),
      Namespace: 'Annals/dev',
      MetricName: 'ChangedCommits',
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
    })
  })

  it('is also raised if one of the four functions that handle streams parks one', () => {
    const filters = filtersOf('ParkedStreams')
    expect(filters.map(({ LogGroupName }) => LogGroupName)).toEqual([
      'ProjectorLog',
      'ProjectorRedriveLog',
      'ForwarderLog',
      'ForwarderRedriveLog',
    ])
    for (const filter of filters)
      expect(filter['FilterPattern']).toBe(`{ ($.level = "ERROR") && ($.message = "${parkedStream}") }`)
    expect(declared('ProjectorParkedStreamsAlarm').Properties).toMatchObject({
      AlarmDescription: expect.stringContaining('parked list'),
      Namespace: 'Annals/dev',
      MetricName: 'ParkedStreams',
      Threshold: 1,
    })
  })

  it('stays silent while there is nothing to count', () => {
    expect(declared('ProjectorChangedCommitsAlarm').Properties['TreatMissingData']).toBe('notBreaching')
  })
})
