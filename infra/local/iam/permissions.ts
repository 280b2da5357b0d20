import type { Properties, Template } from '../cloud/template.ts'
import type { AwsRequest, AwsService, Permission } from '../gateway/aws-service.ts'
import { compilePolicy, developerArn, type Policy, refusalOf, trusts, wildcard } from './policy.ts'

/** The permissions that the template grants. */
export interface Permissions {
  /** Returns why a call through the gateway is refused; `undefined` if it is allowed. */
  refusal(request: AwsRequest, service: Pick<AwsService, 'permissions'>): string | undefined
  /** Returns the ARN of a caller. */
  arnOf(caller: string | undefined): string
  /** Throws unless a function's role allows all of these permissions. The error names the first missing one. */
  demand(functionId: string, permissions: readonly Permission[]): void
  /**
   * Throws unless a service may assume the role with this ARN for a source, and the role allows all of these
   * permissions.
   */
  demandOfRole(
    roleArn: string,
    by: { readonly service: string; readonly sourceArn: string },
    permissions: readonly Permission[],
  ): void
  /** Returns why a role lacks a permission for the service that assumes it; `undefined` if the role has it. */
  refusalOfRole(roleArn: string, assumedBy: string, permission: Permission): string | undefined
  /** Throws unless an `AWS::Lambda::Permission` lets the service invoke the function for this source. */
  demandInvoke(
    service: string,
    sourceArn: string,
    target: { readonly name: string; readonly arn: string },
  ): void
}

type Resolve = (properties: Properties) => Properties

export interface PolicySources {
  readonly template: Template
  readonly resolve: Resolve
  /** Returns the `Ref` of a resource. */
  readonly nameOf: (logicalId: string) => string
  /** Policies of resources, by the ARN of the resource. Policies that are added later count, too. */
  readonly resourcePolicies: ReadonlyMap<string, Policy>
}

/** Reads the template's roles and policies. Throws an Error that names anything that is not modelled. */
export function readPermissions(o: PolicySources): Permissions {
  const { policies, trust } = readRoles(o)
  const callerOf = (roleArn: string, assumedBy: string) => {
    const role = roleArn.replace(/^.*\//, '')
    const name = `arn:aws:sts::000000000000:assumed-role/${role}/${assumedBy}`
    return { name, policies: policies.get(role) ?? [] }
  }
  const callers = new Map(
    o.template.ofType('AWS::Lambda::Function').map(({ logicalId, properties }) => {
      const role = String(o.resolve({ Role: properties['Role'] })['Role'])
      return [logicalId, callerOf(role, o.nameOf(logicalId))] as const
    }),
  )
  const invokers = o.template.ofType('AWS::Lambda::Permission').map(({ properties }) => o.resolve(properties))

  const resourcePolicyOf = ({ resource }: Permission) =>
    [...o.resourcePolicies].find(([arn]) => resource === arn || resource.startsWith(`${arn}/`))?.[1]

  function check(caller: Parameters<typeof refusalOf>[1], permissions: readonly Permission[]): void {
    for (const permission of permissions) {
      const refused = refusalOf(permission, caller, resourcePolicyOf(permission))
      if (refused !== undefined) throw new Error(refused)
    }
  }

  return {
    refusal(request, service) {
      const caller = request.caller === undefined ? undefined : callers.get(request.caller)
      for (const permission of service.permissions(request)) {
        const refused = refusalOf(permission, caller, resourcePolicyOf(permission))
        if (refused !== undefined) return refused
      }
      return undefined
    },
    arnOf: (caller) => (caller === undefined ? undefined : callers.get(caller)?.name) ?? developerArn,
    demand: (functionId, permissions) => check(callers.get(functionId), permissions),
    demandOfRole(roleArn, { service, sourceArn }, permissions) {
      const role = roleArn.replace(/^.*\//, '')
      const { document, logicalId = roleArn } = trust.get(role) ?? {}
      if (!trusts(document, service, sourceArn, logicalId))
        throw new Error(`The trust policy of ${logicalId} does not let ${service} assume it for ${sourceArn}`)
      check(callerOf(roleArn, service), permissions)
    },
    refusalOfRole: (roleArn, assumedBy, permission) =>
      refusalOf(permission, callerOf(roleArn, assumedBy), resourcePolicyOf(permission)),
    demandInvoke(service, sourceArn, { name, arn }) {
      const allowed = invokers.some(
        ({ Action, Principal, SourceArn, FunctionName }) =>
          Action === 'lambda:InvokeFunction' &&
          Principal === service &&
          (FunctionName === arn || FunctionName === name) &&
          (SourceArn === undefined || wildcard(String(SourceArn))(sourceArn)),
      )
      if (!allowed)
        throw new Error(`No AWS::Lambda::Permission lets ${service} invoke ${name} for ${sourceArn}`)
    },
  }
}

/** Returns the policies and the trust policy of each role, by the name of the role. */
function readRoles(o: Pick<PolicySources, 'template' | 'resolve' | 'nameOf'>) {
  const policies = new Map<string, Policy>()
  const add = (role: string, document: unknown, where: string) =>
    policies.set(role, [...(policies.get(role) ?? []), ...compilePolicy(document, where)])

  const trust = new Map<string, { document: unknown; logicalId: string }>()
  for (const { logicalId, properties } of o.template.ofType('AWS::IAM::Role')) {
    const { ManagedPolicyArns: managed, Policies: inline, ...role } = o.resolve(properties)
    trust.set(o.nameOf(logicalId), { document: role['AssumeRolePolicyDocument'], logicalId })
    if (managed !== undefined)
      throw new Error(`${logicalId}.ManagedPolicyArns is not modelled: grant each action by name`)
    for (const policy of Array.isArray(inline) ? inline : []) {
      add(o.nameOf(logicalId), policy.PolicyDocument, logicalId)
    }
  }
  for (const { logicalId, properties } of o.template.ofType('AWS::IAM::Policy')) {
    const { PolicyDocument, Roles } = o.resolve(properties)
    for (const role of Array.isArray(Roles) ? Roles : []) add(String(role), PolicyDocument, logicalId)
  }
  return { policies, trust }
}
