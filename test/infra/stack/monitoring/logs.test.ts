import { describe, expect, it } from 'vitest'
import { accessLogFields } from '../../../../infra/stack/parts/monitoring/access-log.ts'
import { declared, declaredOf } from '../../../kit/local-cloud/declared-resources.ts'

describe('the access log', () => {
  it('is JSON with what leads to the request, and without the address of the client', () => {
    const [stage] = declaredOf('AWS::ApiGatewayV2::Stage')
    const { AccessLogSettings } = stage?.Properties ?? {}
    expect(AccessLogSettings).toEqual({
      DestinationArn: 'AccessLog.Arn',
      Format: JSON.stringify(accessLogFields),
    })
    expect(Object.keys(accessLogFields)).toEqual(
      expect.arrayContaining([
        'requestId',
        'functionRequestId',
        'route',
        'status',
        'latencyMs',
        'authorizerError',
      ]),
    )
    expect(Object.values(accessLogFields).join()).not.toMatch(/identity|sourceIp|userAgent/)
  })

  it('has the name of the stage and is kept for as long as the settings say', () => {
    expect(declared('AccessLog').Properties).toEqual({
      LogGroupName: '/aws/vendedlogs/apis/annals-dev',
      RetentionInDays: 30,
    })
  })
})
