import { fieldsOf, type Properties, type Template } from '../cloud/template.ts'
import { nameResources } from './named-resources.ts'
import { compilePolicy, type Grant, grantsOf, type Policy } from './policy.ts'

/** A role of the template. */
export interface Role {
  readonly logicalId: string
  /** Logical id of the function that has the role, or of the role if no function has it. */
  readonly holder: string
  readonly policies: Policy
  /** The policy that says who may assume it. */
  readonly trust: unknown
}

export interface RoleSources {
  readonly template: Template
  readonly resolve: (properties: Properties) => Properties
  /** The `Ref` of a resource. */
  readonly nameOf: (logicalId: string) => string
}

/** Reads the template's roles, by their names. Throws, naming it, on what is not modelled. */
export function readRoles(o: RoleSources): ReadonlyMap<string, Role> {
  const holders = new Map(
    o.template
      .ofType('AWS::Lambda::Function')
      .map(({ logicalId, properties }) => [roleNameOf(o.resolve({ Role: properties['Role'] })), logicalId]),
  )
  const roles = new Map<string, Role>()
  for (const { logicalId, properties } of o.template.ofType('AWS::IAM::Role')) {
    const { ManagedPolicyArns: managed, Policies: inline, ...role } = o.resolve(properties)
    if (managed !== undefined)
      throw new Error(`${logicalId}.ManagedPolicyArns is not modelled: grant each action by name`)
    const named = listOf(nameResources(properties)['Policies']).map(fieldsOf)
    roles.set(o.nameOf(logicalId), {
      logicalId,
      holder: holders.get(o.nameOf(logicalId)) ?? logicalId,
      policies: listOf(inline)
        .map(fieldsOf)
        .flatMap(({ PolicyName, PolicyDocument }, index) =>
          compilePolicy(PolicyDocument, `${logicalId}.${PolicyName}`, named[index]?.['PolicyDocument']),
        ),
      trust: role['AssumeRolePolicyDocument'],
    })
  }
  for (const { logicalId, properties } of o.template.ofType('AWS::IAM::Policy')) {
    const { PolicyDocument, Roles } = o.resolve(properties)
    const policy = compilePolicy(PolicyDocument, logicalId, nameResources(properties)['PolicyDocument'])
    for (const name of listOf(Roles).map(String)) {
      const role = roles.get(name)
      if (role !== undefined) roles.set(name, { ...role, policies: [...role.policies, ...policy] })
    }
  }
  return roles
}

/** The name of a role: of the role with an ARN, or of the `Role` of a resolved function. */
export function roleNameOf(role: string | Properties): string {
  return (typeof role === 'string' ? role : String(role['Role'])).replace(/^.*\//, '')
}

/** A grant of a role. */
export interface HeldGrant extends Grant {
  /** Logical id of the function that has the role, or of the role if no function has it. */
  readonly holder: string
}

/** Everything that the roles of a template allow. */
export function readGrants(template: Template): readonly HeldGrant[] {
  const roles = readRoles({ template, resolve: nameResources, nameOf: (logicalId) => logicalId })
  return [...roles.values()].flatMap(({ holder, policies }) =>
    grantsOf(policies).map(({ action, resource, statement }) => ({ holder, action, resource, statement })),
  )
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
