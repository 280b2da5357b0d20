import { CfnOutput } from 'aws-cdk-lib'
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type RouteFunction, routes } from '../../../commands/contract.ts'
import type { Stage } from '../../stages/read-stage.ts'
import type { StageSettings } from '../../stages/stage-settings.ts'
import { accessLog } from './monitoring/access-log.ts'
import type { SignIn } from './sign-in.ts'

export interface HttpApiParts {
  readonly httpApi: HttpApi
  readonly authorizer: HttpJwtAuthorizer
}

/**
 * An API without routes, and the authorizer of those that ask for a token. The API answers 429 above the requests that
 * the settings allow.
 */
export function addHttpApi(scope: Construct, stage: Stage, { userPool, client }: SignIn): HttpApiParts {
  const { name, settings } = stage
  const httpApi = new HttpApi(scope, 'Api', { apiName: `annals-${name}`, createDefaultStage: false })
  const httpStage = new HttpStage(httpApi, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: settings.requests.perSecond, burstLimit: settings.requests.burst },
    accessLogSettings: accessLog(scope, stage),
  })
  if (settings.domain !== undefined) addDomain(scope, httpStage, settings.domain)
  const authorizer = new HttpJwtAuthorizer('Authorizer', userPool.userPoolProviderUrl, {
    jwtAudience: [client.userPoolClientId],
  })
  return { httpApi, authorizer }
}

/** Lets the API answer under a host name, too, once its DNS has a CNAME record to the output. */
function addDomain(
  scope: Construct,
  stage: HttpStage,
  { name, certificateArn }: NonNullable<StageSettings['domain']>,
): void {
  const domainName = new DomainName(scope, 'ApiDomain', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, 'ApiCertificate', certificateArn),
  })
  new ApiMapping(scope, 'ApiDomainMapping', { api: stage.api, stage, domainName })
  new CfnOutput(scope, 'ApiDomainTarget', { value: domainName.regionalDomainName })
}

/** Adds the routes that the contract gives to a function. */
export function addRoutes(
  scope: Construct,
  { httpApi, authorizer }: HttpApiParts,
  name: RouteFunction,
  target: LambdaFunction,
): void {
  const integration = new HttpLambdaIntegration(target.node.id.replace(/Api$/, 'Integration'), target, {
    // One permission for all routes of the function: its policy holds at most 20 KB.
    scopePermissionToRoute: false,
  })
  for (const { path, methods, access } of routes.filter((route) => route.function === name))
    new HttpRoute(scope, `${methods} ${path}`, {
      httpApi,
      routeKey: HttpRouteKey.with(path, HttpMethod[methods]),
      integration,
      ...(access === 'token' && { authorizer }),
    })
}
