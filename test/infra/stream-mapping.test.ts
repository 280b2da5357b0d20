import { describe, expect, it } from 'vitest'
import { readStreamMapping } from '../../infra/local/stream-mapping-properties.ts'
import type { StreamRecord } from '../../infra/local/stream-shards.ts'
import { projectedAggregates } from '../../projections/generations.ts'
import { declared, declaredOf } from '../kit/declared-resources.ts'

function mapping() {
  const [found, ...others] = declaredOf('AWS::Lambda::EventSourceMapping')
  expect(others).toEqual([])
  return found?.Properties ?? {}
}

function record(eventName: string, stream: string): StreamRecord {
  // What a filter looks at.
  return { eventName, dynamodb: { Keys: { pk: { S: stream }, sk: { N: '1' } } } } as unknown as StreamRecord
}

describe('the mapping of the event store', () => {
  it('brings the projector its whole stream, and gives up on a batch only at last', () => {
    const { FilterCriteria: _, ...settings } = mapping()
    expect(settings).toEqual({
      EventSourceArn: 'EventStore.StreamArn',
      FunctionName: 'Projector',
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: 10,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })

  it.each<[boolean, string, string]>([
    ...projectedAggregates.map((aggregate): [boolean, string, string] => [true, 'INSERT', `${aggregate}-1`]),
    [false, 'INSERT', 'nothing-1'],
    [false, 'INSERT', 'projects-1'],
    [false, 'INSERT', 'project'],
    [true, 'MODIFY', 'project-1'],
    [true, 'REMOVE', 'project-1'],
    [true, 'MODIFY', 'nothing-1'],
    [true, 'REMOVE', 'nothing-1'],
  ])('lets through (%s) an %s of %s', (passes, eventName, stream) => {
    expect(readStreamMapping(mapping(), false).wants(record(eventName, stream))).toBe(passes)
  })
})

describe('the alarm for a commit that was changed or removed', () => {
  it('goes off at the first critical line in the log of the projector', () => {
    const [filter, ...others] = declaredOf('AWS::Logs::MetricFilter')
    expect(others).toEqual([])
    expect(filter?.Properties).toEqual({
      LogGroupName: 'ProjectorLog',
      FilterPattern: '{ $.level = "CRITICAL" }',
      MetricTransformations: [{ MetricNamespace: 'Annals', MetricName: 'ChangedCommits', MetricValue: '1' }],
    })
    expect(declared('ProjectorChangedCommitsAlarm').Properties).toMatchObject({
      AlarmDescription: expect.stringContaining('A commit was changed or removed'),
      Namespace: 'Annals',
      MetricName: 'ChangedCommits',
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
    })
  })

  it('stays silent while there is nothing to count', () => {
    expect(declared('ProjectorChangedCommitsAlarm').Properties['TreatMissingData']).toBe('notBreaching')
  })
})
