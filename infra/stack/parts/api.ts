import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type RouteFunction, routes } from '../../../commands/contract.ts'
import type { SignIn } from './sign-in.ts'

/** Requests a second, and how many at once, that the whole API takes before it answers 429. */
const requestRate = 1000
const requestBurst = 500

export interface ApiOptions {
  readonly functions: Readonly<Record<RouteFunction, LambdaFunction>>
  readonly signIn: SignIn
}

/** The API with the routes of the contract, and no others. */
export function addApi(scope: Construct, { functions, signIn }: ApiOptions): HttpApi {
  const api = new HttpApi(scope, 'Api', { apiName: 'Annals', createDefaultStage: false })
  new HttpStage(api, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: requestRate, burstLimit: requestBurst },
  })
  const authorizer = new HttpJwtAuthorizer('Authorizer', signIn.userPool.userPoolProviderUrl, {
    jwtAudience: [signIn.client.userPoolClientId],
  })
  const integrationWith = (id: string, target: LambdaFunction) =>
    // One permission for the function in place of one for each route: a function's policy holds 20 KB.
    new HttpLambdaIntegration(id, target, { scopePermissionToRoute: false })
  const integrations = {
    'command-api': integrationWith('CommandIntegration', functions['command-api']),
    'upload-api': integrationWith('UploadIntegration', functions['upload-api']),
    'query-api': integrationWith('QueryIntegration', functions['query-api']),
  }
  for (const route of routes) {
    api.addRoutes({
      path: route.path,
      methods: [HttpMethod[route.methods]],
      integration: integrations[route.function],
      ...(route.access === 'token' && { authorizer }),
    })
  }
  return api
}
