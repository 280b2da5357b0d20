import { RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Stage } from '../../../stages/read-stage.ts'

/**
 * The fields of a line, by their variables in API Gateway. `functionRequestId` leads to the function's own line, which has
 * the correlation id: an access log knows no headers. The address of the client is left out, because it is personal data.
 */
export const accessLogFields = {
  requestId: '$context.requestId',
  functionRequestId: '$context.integration.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  functionMs: '$context.integration.latency',
  bytes: '$context.responseLength',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
  functionError: '$context.integration.error',
} as const

/**
 * The log of every request, also of those that no function sees: 401, 404 and 429 of the gateway. It is about 0.4 KB a
 * request: $0.20 per million requests in CloudWatch Logs.
 */
export function accessLog(data: Construct, { name, settings }: Stage): IAccessLogSettings {
  const logGroup = new LogGroup(data, 'AccessLog', {
    // Logs that AWS services write there need no policy for each group, of which a region has ten at most.
    logGroupName: `/aws/vendedlogs/apis/annals-${name}`,
    retention: settings.logDays as RetentionDays, // the enum's members are days
    removalPolicy: RemovalPolicy.DESTROY,
  })
  return {
    destination: new LogGroupLogDestination(logGroup),
    format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
  }
}
