import { type Properties, readTemplate, type Template } from '../../../infra/local/cloud/template.ts'
import { nameResources } from '../../../infra/local/iam/named-resources.ts'
import { type HeldGrant, readGrants } from '../../../infra/local/iam/roles.ts'
import { readUses } from '../../../infra/local/iam/use-record.ts'

export { useRecordVariable } from '../../../infra/local/iam/use-record.ts'

/** A grant whose logical ids have no digest, such as `Projector` and `EventStore.StreamArn`. */
export type NamedGrant = Pick<HeldGrant, 'holder' | 'action' | 'resource'>

/** Everything that the roles of an assembly allow, and what its services need of that for themselves. */
export interface DeclaredGrants {
  readonly grants: readonly NamedGrant[]
  /** The log groups of functions, by the name of the function. */
  readonly logGroups: ReadonlyMap<string, string>
  /** The functions whose requests X-Ray traces. */
  readonly traced: ReadonlySet<string>
  /** The sources of event source mappings, by the name of the function that they invoke. */
  readonly eventSources: ReadonlyMap<string, readonly string[]>
}

export function readDeclaredGrants(assembly: string): DeclaredGrants {
  return declaredGrantsOf(readTemplate(assembly))
}

export function declaredGrantsOf(template: Template): DeclaredGrants {
  const resourcesOf = (type: string) =>
    template.ofType(type).map(({ logicalId, properties }) => ({
      name: withoutDigest(logicalId),
      properties: nameResources(properties),
    }))
  const eventSources = new Map<string, readonly string[]>()
  for (const { properties } of resourcesOf('AWS::Lambda::EventSourceMapping')) {
    const target = textOf(properties, 'FunctionName')
    eventSources.set(target, [...(eventSources.get(target) ?? []), textOf(properties, 'EventSourceArn')])
  }
  const functions = resourcesOf('AWS::Lambda::Function')
  return {
    grants: readGrants(template).map(withoutDigests),
    logGroups: new Map(
      functions.map(({ name, properties }) => [name, textOf(properties['LoggingConfig'], 'LogGroup')]),
    ),
    traced: new Set(
      functions.flatMap(({ name, properties }) =>
        textOf(properties['TracingConfig'], 'Mode') === 'Active' ? [name] : [],
      ),
    ),
    eventSources,
  }
}

/** The grants that the local clouds of a run used, from the folder of their records. */
export function readUsedGrants(folder: string): readonly NamedGrant[] {
  return readUses(folder).map(withoutDigests)
}

function withoutDigests({ holder, action, resource }: HeldGrant): NamedGrant {
  return { holder: withoutDigest(holder), action, resource: withoutDigest(resource) }
}

/** `Projector may dynamodb:Query on EventStore`. */
export function describeGrant({ holder, action, resource }: NamedGrant): string {
  return `${holder} may ${action} on ${resource}`
}

/** Removes the digests that CDK adds to logical ids. */
function withoutDigest(text: string): string {
  return text.replaceAll(/(?<=[A-Za-z0-9])[0-9A-F]{8}(?![A-Za-z0-9])/g, '')
}

function textOf(value: unknown, name: string): string {
  const fields: Properties = typeof value === 'object' && value !== null ? { ...value } : {}
  return withoutDigest(String(fields[name] ?? ''))
}
