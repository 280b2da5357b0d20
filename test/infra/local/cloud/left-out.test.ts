import { afterEach, expect, it } from 'vitest'
import { fieldsOf } from '../../../../infra/local/index.ts'
import { type RunningCloud, runLocalCloud } from '../../../kit/local-cloud/local-cloud.ts'

let running: RunningCloud
afterEach(() => running.close())

it('a template with unmodelled resources runs: its functions get their names, and the log lists them', async () => {
  running = await runLocalCloud({}, ({ Resources }) => {
    Resources['Topic'] = { Type: 'AWS::SNS::Topic', Properties: {} }
    Resources['Key'] = { Type: 'AWS::KMS::Key', Properties: { Description: 'any' } }
    Resources['Archive'] = { Type: 'AWS::Events::Archive', Properties: { SourceArn: { Ref: 'Topic' } } }
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== 'AWS::Lambda::Function' || !id.startsWith('QueryApi')) continue
      const environment = fieldsOf(Properties['Environment'])
      const names = { KEY: { 'Fn::GetAtt': ['Key', 'Arn'] }, TOPIC: { Ref: 'Topic' } }
      Properties['Environment'] = { Variables: { ...fieldsOf(environment['Variables']), ...names } }
    }
  })
  // The function starts with the resources' names in its variables.
  expect((await fetch(`${running.config.apiUrl}/health`)).status).toBe(200)
  const line = running.lines.find((one) =>
    one.startsWith('local cloud Left out, because the local cloud does not model them: '),
  )
  for (const named of ['Topic (AWS::SNS::Topic)', 'Key (AWS::KMS::Key)', 'Archive (AWS::Events::Archive)'])
    expect(line).toContain(named)
})
