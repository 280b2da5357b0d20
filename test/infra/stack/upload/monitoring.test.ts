import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { measured } from '../../../../infra/stack/parts/measured-functions.ts'
import { declared, declaredOf, declaredResources } from '../../../kit/local-cloud/declared-resources.ts'
import { billOf } from '../monitoring/bill.ts'
import { widgets } from '../monitoring/template-metrics.ts'

describe('the execution log', () => {
  it('has the errors of runs with their data, under the name of the stage', () => {
    expect(declared('UploadPipeline').Properties['LoggingConfiguration']).toEqual({
      Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'UploadPipelineLog.Arn' } }],
      IncludeExecutionData: true,
      Level: 'ERROR',
    })
    expect(declared('UploadPipelineLog').Properties).toEqual({
      LogGroupName: '/aws/vendedlogs/states/annals-dev-upload-pipeline',
      RetentionInDays: 30,
    })
  })
})

describe('the operating page', () => {
  it('says what the monitoring costs, within half a dollar: the stage prod has the same alarms as this one', () => {
    const { sum, incidentMetrics } = billOf([...declaredResources().values()])
    const page = readFileSync('docs/operating.md', 'utf8')
    const said = Number(/\*\*\$(\d+\.\d\d)\*\*/.exec(page)?.[1])
    // The alarms of one more function cost at most as much again.
    const further = declaredOf('AWS::Lambda::Function').length - Object.keys(measured.functions).length
    const tolerance = 0.5 + 0.5 * Math.max(0, further)
    expect(Math.abs(said - sum), `the monitoring costs $${sum.toFixed(2)}`).toBeLessThanOrEqual(tolerance)
    expect(page).toContain(`${incidentMetrics} further metrics are written only while something is wrong.`)
  })
})

describe('the dashboard', () => {
  it('shows the runs of the pipeline, and how uploads end', () => {
    const titles = widgets().map(({ title }) => title)
    expect(titles.filter((title) => title.startsWith('Upload'))).toEqual([
      'UploadPipeline: runs',
      'UploadPipeline: time in milliseconds',
      'Uploads',
    ])
  })
})
