import * as z from 'zod'
import type { Resource } from '../../cloud/template.ts'

/** A resource with resolved properties. The `Ref` of an API, integration or authorizer is its logical id. */
export type ApiResource = Pick<Resource, 'logicalId' | 'properties'>

/** One HTTP API: its resources of the types `AWS::ApiGatewayV2::…`. */
export interface ApiDefinition {
  readonly api: ApiResource
  readonly stages: readonly ApiResource[]
  readonly integrations: readonly ApiResource[]
  readonly routes: readonly ApiResource[]
  readonly authorizers: readonly ApiResource[]
}

export type ApiSettings = ReturnType<typeof readApi>
export type CorsSettings = z.infer<typeof Cors>
export type AuthorizerSettings = z.infer<typeof Authorizer>['JwtConfiguration']

/** A property without effect on one machine. Accesses are not logged. */
const unused = z.unknown().optional()
const common = { ApiId: unused, Description: unused, Name: unused, Tags: unused }
/** If a stage names no rate, the quota of the account applies. */
const rate = z.number().nonnegative().default(10_000)
const burst = z.int().nonnegative().default(5000)

const names = z.array(z.string()).default([])
const Cors = z.strictObject({
  AllowCredentials: z.boolean().default(false),
  AllowHeaders: names,
  AllowMethods: names,
  AllowOrigins: names,
  ExposeHeaders: names,
  MaxAge: z.int().min(-1).max(86_400).optional(),
})
const Api = z.strictObject({
  ...common,
  CorsConfiguration: Cors.optional(),
  ProtocolType: z.literal('HTTP'),
})
const RouteSettings = z.strictObject({
  DetailedMetricsEnabled: unused,
  ThrottlingBurstLimit: burst,
  ThrottlingRateLimit: rate,
})
const Stage = z.strictObject({
  ...common,
  AccessLogSettings: unused,
  AutoDeploy: unused,
  DefaultRouteSettings: RouteSettings.prefault({}),
  StageName: z.literal('$default'),
})
const Integration = z.strictObject({
  ...common,
  IntegrationMethod: unused,
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string().startsWith('arn:'),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.int().min(50).max(30_000).default(30_000),
})
const Route = z.strictObject({
  ...common,
  OperationName: unused,
  RouteKey: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  Target: z.string().startsWith('integrations/'),
})
const Authorizer = z.strictObject({
  ...common,
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.strictObject({ Audience: z.array(z.string()).min(1), Issuer: z.url() }),
})

/**
 * Reads the definition of an HTTP API, with CloudFormation's defaults and bounds.
 *
 * @throws Error of one line that names the property that is not modelled, or that refers to nothing.
 */
export function readApi(definition: ApiDefinition) {
  const cors = read('Api', Api, [definition.api]).get(definition.api.logicalId)?.CorsConfiguration
  const [stage, ...others] = read('Stage', Stage, definition.stages).values()
  if (!stage || others.length > 0)
    throw new Error(`An HTTP API has one stage here, not ${definition.stages.length}`)
  const integrations = read('Integration', Integration, definition.integrations)
  const authorizers = read('Authorizer', Authorizer, definition.authorizers)
  const routes = Array.from(read('Route', Route, definition.routes), ([logicalId, route]) => {
    const integration = integrations.get(route.Target.slice('integrations/'.length))
    const isOpen = route.AuthorizationType === 'NONE'
    const authorizerId = isOpen ? undefined : (route.AuthorizerId ?? '')
    if (!integration) throw new Error(`Route ${logicalId}: Target is not modelled: ${route.Target}`)
    if (authorizerId !== undefined && !authorizers.has(authorizerId))
      throw new Error(`Route ${logicalId}: AuthorizerId is not modelled: ${authorizerId}`)
    return {
      routeKey: route.RouteKey,
      authorizerId,
      functionArn: integration.IntegrationUri,
      timeoutMs: integration.TimeoutInMillis,
    }
  })
  return { throttle: stage.DefaultRouteSettings, routes, authorizers, cors }
}

/** Reads the properties of resources, by logical id. */
function read<Schema extends z.ZodType>(type: string, schema: Schema, resources: readonly ApiResource[]) {
  return new Map(
    resources.map(({ logicalId, properties }): [string, z.infer<Schema>] => {
      const parsed = schema.safeParse(properties, { reportInput: true })
      if (parsed.success) return [logicalId, parsed.data]
      const [issue] = parsed.error.issues
      const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
      const name = [...(issue?.path ?? []), ...unknown].join('.')
      const value = unknown.length > 0 ? '' : `: ${JSON.stringify(issue?.input)}`
      throw new Error(`${type} ${logicalId}: ${name} is not modelled${value}`)
    }),
  )
}
