import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type RouteFunction, routes } from '../../../commands/contract.ts'
import type { SignIn } from './sign-in.ts'

/** Maximum requests a second, and at once, before the whole API answers 429. */
const requestRate = 1000
const requestBurst = 500

export interface HttpApiParts {
  readonly httpApi: HttpApi
  readonly authorizer: HttpJwtAuthorizer
}

/** An API without routes, and the authorizer of those that ask for a token. */
export function addHttpApi(scope: Construct, { userPool, client }: SignIn): HttpApiParts {
  const httpApi = new HttpApi(scope, 'Api', { apiName: 'Annals', createDefaultStage: false })
  new HttpStage(httpApi, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: requestRate, burstLimit: requestBurst },
  })
  const authorizer = new HttpJwtAuthorizer('Authorizer', userPool.userPoolProviderUrl, {
    jwtAudience: [client.userPoolClientId],
  })
  return { httpApi, authorizer }
}

/** Adds the routes that the contract gives to a function. */
export function addRoutes(
  { httpApi, authorizer }: HttpApiParts,
  name: RouteFunction,
  target: LambdaFunction,
): void {
  const integration = new HttpLambdaIntegration(target.node.id.replace(/Api$/, 'Integration'), target, {
    // One permission for all routes of the function: its policy holds at most 20 KB.
    scopePermissionToRoute: false,
  })
  for (const { path, methods, access } of routes.filter((route) => route.function === name))
    httpApi.addRoutes({
      path,
      methods: [HttpMethod[methods]],
      integration,
      ...(access === 'token' && { authorizer }),
    })
}
