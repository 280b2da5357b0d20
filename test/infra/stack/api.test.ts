import { describe, expect, it } from 'vitest'
import { routes } from '../../../commands/contract.ts'
import { declaredOf, declaredResources } from '../../kit/local-cloud/declared-resources.ts'

/** The logical id of a function: `CommandApi` of `command-api`. */
function logicalIdOf(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const only = (type: string) => {
  const resources = declaredOf(`AWS::ApiGatewayV2::${type}`)
  expect(resources).toHaveLength(1)
  return resources[0]?.Properties
}

/** The function behind a route's target, `integrations/<integration>`. */
function functionOf(target: unknown): unknown {
  const integration = declaredResources().get(String(target).replace(/^integrations\//, ''))
  return integration?.Properties['IntegrationUri']
}

describe('the API', () => {
  it('routes every route of the contract to its function, with the authorizer on those that need a token', () => {
    const byKey = (one: { readonly key: unknown }, other: { readonly key: unknown }) =>
      String(one.key).localeCompare(String(other.key))
    const declared = declaredOf('AWS::ApiGatewayV2::Route').map(({ Properties }) => ({
      key: Properties['RouteKey'],
      to: functionOf(Properties['Target']),
      access: Properties['AuthorizationType'],
      authorizer: Properties['AuthorizerId'],
    }))
    const expected = routes.map((route) => ({
      key: `${route.methods} ${route.path}`,
      to: `${logicalIdOf(route.function)}.Arn`,
      access: route.access === 'token' ? 'JWT' : 'NONE',
      authorizer: route.access === 'token' ? 'ApiAuthorizer' : undefined,
    }))
    expect(declared.toSorted(byKey)).toEqual(expected.toSorted(byKey))
  })

  it('accepts tokens of the user pool for its client', () => {
    expect(only('Authorizer')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'UserPool.ProviderURL', Audience: ['UserPoolClient'] },
    })
  })

  it('passes requests on in payload format 2.0', () => {
    const integrations = declaredOf('AWS::ApiGatewayV2::Integration').map(({ Properties }) => Properties)
    expect(integrations).toHaveLength(new Set(routes.map((route) => route.function)).size)
    for (const integration of integrations) {
      expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' })
    }
  })

  it('is served at its root, deploys automatically and is throttled', () => {
    const { AccessLogSettings: _, ...stage } = only('Stage') ?? {}
    expect(stage).toEqual({
      ApiId: 'Api',
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 500 },
    })
  })

  it('may invoke each of its functions, with one permission for all routes', () => {
    const permissions = declaredOf('AWS::Lambda::Permission')
      .map(({ Properties }) => Properties)
      .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com')
    expect(permissions).toHaveLength(new Set(routes.map((route) => route.function)).size)
    expect(permissions).toEqual(
      expect.arrayContaining(
        [...new Set(routes.map((route) => route.function))].map((name) => ({
          Action: 'lambda:InvokeFunction',
          Principal: 'apigateway.amazonaws.com',
          FunctionName: `${logicalIdOf(name)}.Arn`,
          SourceArn: 'arn:aws:execute-api:region:account:Api/*/*/*',
        })),
      ),
    )
  })
})
