import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMeasure } from '../../../commands/aws/measure.ts'

let written: string[]

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Annals/test')
  vi.stubEnv('POWERTOOLS_DEV', 'false')
  written = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const lines = () => written.map((text) => JSON.parse(text))

describe('a function that measures', () => {
  it('counts its own start, if an event waited for it', () => {
    createMeasure()
    expect(lines()).toMatchObject([{ ColdStarts: 1, function: 'test', service: 'annals' }])
  })

  it('does not count a start that Lambda made before it was needed', () => {
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'provisioned-concurrency')
    createMeasure()
    expect(lines()).toEqual([])
  })

  it('writes values under one dimension, and fields that are none, so that a name of a command makes no metric', () => {
    const measure = createMeasure()
    written = []
    measure({ EventsAppended: 2 }, { command: 'create-thing', outcome: 'accepted' })
    measure({ ProjectionLag: 40 })
    expect(lines()).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Namespace: 'Annals/test',
              Dimensions: [['service']],
              Metrics: [{ Name: 'EventsAppended', Unit: 'Count' }],
            },
          ],
        },
        service: 'annals',
        EventsAppended: 2,
        command: 'create-thing',
        outcome: 'accepted',
      },
      { ProjectionLag: 40, _aws: { CloudWatchMetrics: [{ Metrics: [{ Unit: 'Milliseconds' }] }] } },
    ])
    expect(lines()[1]).not.toHaveProperty('command')
  })

  it('begins each line with the marker that the console of the local cloud leaves out', () => {
    createMeasure()
    expect(written[0]).toMatch(/^{"_aws":{/)
  })
})
