import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId } from '../../cloud/resource-names.ts'
import { iam } from '../../iam/provider.ts'
import { cognito } from '../cognito/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { type HttpApi, startHttpApi } from './service.ts'

const apiType = 'AWS::ApiGatewayV2::Api'
const authorizerType = 'AWS::ApiGatewayV2::Authorizer'
const integrationType = 'AWS::ApiGatewayV2::Integration'
const routeType = 'AWS::ApiGatewayV2::Route'
const stageType = 'AWS::ApiGatewayV2::Stage'
const domainType = 'AWS::ApiGatewayV2::DomainName'
const mappingType = 'AWS::ApiGatewayV2::ApiMapping'

export const httpApi: ServiceProvider<Pick<HttpApi, 'url'>> = {
  service: 'API Gateway',
  resources: {
    [apiType]: {
      modelled: 'An HTTP API with its CORS setting. A template has exactly one.',
      names: byLogicalId,
    },
    [authorizerType]: { modelled: 'A JWT authorizer for tokens of a user pool.', names: byLogicalId },
    [integrationType]: {
      modelled: 'A function behind a route, with payload format 2.0 and its timeout.',
      names: byLogicalId,
    },
    [routeType]: { modelled: 'A method and path, with or without an authorizer.', names: byLogicalId },
    [stageType]: {
      modelled: 'The stage $default, with its throttling. Accesses are not logged.',
      names: byLogicalId,
    },
    [domainType]: {
      modelled: 'The name only. The local cloud answers on its own address.',
      names: ({ properties: { DomainName } }) => ({
        Ref: String(DomainName),
        RegionalDomainName: String(DomainName),
        RegionalHostedZoneId: 'local',
      }),
    },
    [mappingType]: { modelled: 'Accepted, and without effect.', names: byLogicalId },
  },
  operations: {},
  async open(context) {
    const [api, ...others] = context.resourcesOf(apiType)
    if (api === undefined || others.length > 0)
      throw new Error('The local cloud runs a template with exactly one API')
    const { find, invoke } = context.use(lambda)
    const apiArn = `arn:aws:execute-api:${context.stack.region}:${account}:${api.logicalId}/$default/ANY/path`
    const integrations = context.resourcesOf(integrationType)
    for (const { properties } of integrations) {
      const target = find(String(properties['IntegrationUri']))
      context.use(iam).demandInvoke('apigateway.amazonaws.com', apiArn, target)
    }
    const opened = await startHttpApi({
      port: context.options.port,
      portVariable: 'PORT',
      api: {
        api,
        integrations,
        stages: context.resourcesOf(stageType),
        routes: context.resourcesOf(routeType),
        authorizers: context.resourcesOf(authorizerType),
      },
      invoke,
      keysOf: context.use(cognito).keysOf,
      origins: context.origins,
      databaseProblem: context.engine.problem,
      log: context.options.log,
    })
    context.closeAfter(opened.close)
    context.learn(api.logicalId, { ApiEndpoint: opened.url })
    return opened
  },
}
