import { leftOut, leftOutName } from './left-out.ts'
import { createResolver, type Lookup, type Properties, type Resource, type Template } from './template.ts'

/** The id of the account that contains every resource of the local cloud. */
export const account = '000000000000'

/**
 * Begins the names that the local cloud gives to resources. It is the same for every stage, because each stage has a
 * folder of its own.
 */
export const namePrefix = 'Annals'

/** The name that the local cloud gives to a resource. */
export const physicalName = (logicalId: string) => `${namePrefix}-${logicalId}`

/** Everything that the name of a resource depends on besides its logical id. */
export interface StackIdentity {
  readonly region: string
  readonly prefix: string
}

/** A resource to name. Its properties still have their intrinsics. */
export interface NamedResource extends StackIdentity {
  readonly logicalId: string
  readonly properties: Properties
  /** Resolves some of the properties. Throws on a name that is known only once its resource exists. */
  readonly resolve: (properties: Properties) => Properties
}

/** A CloudFormation type that a provider models. */
export interface ResourceType {
  /** How the local cloud models it, in a sentence for docs/local-cloud.md. */
  readonly modelled: string
  /** Its `Ref` and attributes, as far as they are known before it exists. */
  readonly names: (resource: NamedResource) => Readonly<Record<string, string>>
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>

/** The names of a resource whose `Ref` is its logical id. */
export const byLogicalId: ResourceType['names'] = ({ logicalId }) => ({ Ref: logicalId })

/** A resource's own name, or the one that the local cloud gives it. */
export function nameFrom(property: unknown, { prefix, logicalId }: NamedResource): string {
  return typeof property === 'string' ? property : `${prefix}-${logicalId}`
}

export interface ResourceNames {
  readonly lookup: Lookup
  readonly resolve: (properties: Properties) => Properties
  /** The resources that the local cloud does not create. */
  readonly leftOut: readonly Resource[]
  /** Adds names of a resource that are known only once it exists. */
  learn(logicalId: string, names: Readonly<Record<string, string | undefined>>): void
}

/**
 * Names every resource of a template. Throws an Error that names the resource if no provider models its type and
 * `left-out.ts` does not list it.
 */
export function nameResources(template: Template, region: string, types: ResourceTypes): ResourceNames {
  for (const { logicalId, type } of template.resources) {
    if (!Object.hasOwn(types, type) && !leftOut.includes(type))
      throw new Error(
        `${logicalId}: the local cloud does not model ${type}. If the rest runs without it, list the type in ` +
          'infra/local/cloud/left-out.ts; otherwise add it to the provider of its service in infra/local/services',
      )
  }
  const resources = new Map(template.resources.map((resource) => [resource.logicalId, resource]))
  const known = new Map<string, Readonly<Record<string, string | undefined>>>()

  const named = ({ logicalId, type, properties }: Resource) =>
    types[type]?.names({ logicalId, properties, region, prefix: namePrefix, resolve })

  /** Names a resource when its name is first needed, because a name may contain that of another resource. */
  function namesOf(logicalId: string): Readonly<Record<string, string | undefined>> {
    const there = known.get(logicalId)
    const resource = resources.get(logicalId)
    const names = there ?? (resource && named(resource)) ?? {}
    known.set(logicalId, names)
    return names
  }

  const isLeftOut = ({ type }: Resource) => !Object.hasOwn(types, type)
  const lookup: Lookup = (logicalId, attribute) => {
    const resource = resources.get(logicalId)
    if (resource !== undefined && isLeftOut(resource)) return leftOutName(region, account, logicalId)
    return namesOf(logicalId)[attribute]
  }
  const pseudo = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  }
  const resolve = createResolver(pseudo, lookup)
  return {
    leftOut: template.resources.filter(isLeftOut),
    lookup,
    resolve,
    learn: (logicalId, names) => void known.set(logicalId, { ...namesOf(logicalId), ...names }),
  }
}
