import type { AwsRequest, AwsService, Permission } from '../gateway/aws-service.ts'
import { developerArn, grantsFor, type Policy, refusalOf, trusts, wildcard } from './policy.ts'
import { type HeldGrant, type Role, type RoleSources, readRoles, roleNameOf } from './roles.ts'

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
  /**
   * Records that a service does this now on behalf of a function, by its logical id, or of a role, by its ARN. `refusal`
   * records the calls through the gateway. The other checks happen before anything is done, so they record nothing.
   */
  use(holder: { readonly functionId: string } | { readonly roleArn: string }, permission: Permission): void
  /** Throws unless an `AWS::Lambda::Permission` lets the service invoke the function for this source. */
  demandInvoke(
    service: string,
    sourceArn: string,
    target: { readonly name: string; readonly arn: string },
  ): void
}

export interface PolicySources extends RoleSources {
  /** Policies that are attached to resources themselves, by the ARN of the resource. Later additions count. */
  readonly resourcePolicies: ReadonlyMap<string, Policy>
  /** Called with each grant that is used, each time. */
  readonly onUse?: ((grant: HeldGrant) => void) | undefined
}

/** Reads the template's roles and policies. Throws an Error that names anything that is not modelled. */
export function readPermissions(o: PolicySources): Permissions {
  const roles = readRoles(o)
  const callerOf = (roleArn: string, assumedBy: string): Caller => {
    const role = roles.get(roleNameOf(roleArn))
    const name = `arn:aws:sts::000000000000:assumed-role/${roleNameOf(roleArn)}/${assumedBy}`
    return { name, role, policies: role?.policies ?? [] }
  }
  const callers = new Map(
    o.template.ofType('AWS::Lambda::Function').map(({ logicalId, properties }) => {
      const { Role: role } = o.resolve({ Role: properties['Role'] })
      return [logicalId, callerOf(String(role), o.nameOf(logicalId))] as const
    }),
  )
  const invokers = o.template.ofType('AWS::Lambda::Permission').map(({ properties }) => o.resolve(properties))

  const resourcePolicyOf = ({ resource }: Permission) =>
    [...o.resourcePolicies].find(([arn]) => resource === arn || resource.startsWith(`${arn}/`))?.[1]

  function check(caller: Caller | undefined, permissions: readonly Permission[]): void {
    for (const permission of permissions) {
      const refused = refusalOf(permission, caller, resourcePolicyOf(permission))
      if (refused !== undefined) throw new Error(refused)
    }
  }

  function recordUse({ role }: Caller, permission: Permission): void {
    if (role === undefined || o.onUse === undefined) return
    for (const { action, resource, statement } of grantsFor(permission, role.policies))
      o.onUse({ holder: role.holder, action, resource, statement })
  }

  return {
    refusal(request, service) {
      const caller = request.caller === undefined ? undefined : callers.get(request.caller)
      for (const permission of service.permissions(request)) {
        const refused = refusalOf(permission, caller, resourcePolicyOf(permission))
        if (refused !== undefined) return refused
        if (caller !== undefined) recordUse(caller, permission)
      }
      return undefined
    },
    arnOf: (caller) => (caller === undefined ? undefined : callers.get(caller)?.name) ?? developerArn,
    demand: (functionId, permissions) => check(callers.get(functionId), permissions),
    demandOfRole(roleArn, { service, sourceArn }, permissions) {
      const { trust, logicalId = roleArn } = roles.get(roleNameOf(roleArn)) ?? {}
      if (!trusts(trust, service, sourceArn, logicalId))
        throw new Error(`The trust policy of ${logicalId} does not let ${service} assume it for ${sourceArn}`)
      check(callerOf(roleArn, service), permissions)
    },
    refusalOfRole: (roleArn, assumedBy, permission) =>
      refusalOf(permission, callerOf(roleArn, assumedBy), resourcePolicyOf(permission)),
    use(holder, permission) {
      const caller = 'roleArn' in holder ? callerOf(holder.roleArn, '') : callers.get(holder.functionId)
      if (caller !== undefined) recordUse(caller, permission)
    },
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

/** A caller with its role, as AWS names it. */
interface Caller {
  readonly name: string
  readonly role: Role | undefined
  readonly policies: Policy
}
