import { inject } from 'vitest'
import { createResolver, type Properties, readTemplate } from '../../../infra/local/index.ts'
import { readStacks } from './stacks.ts'

export interface DeclaredResource {
  readonly logicalId: string
  readonly Type: string
  /** A reference to another resource appears as its name, a reference to an attribute as `Name.Attribute`. */
  readonly Properties: Properties
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly DependsOn?: readonly string[]
  readonly Metadata?: unknown
}

const resolve = createResolver(
  { 'AWS::Region': 'region', 'AWS::AccountId': 'account', 'AWS::Partition': 'aws' },
  (logicalId, attribute) => (attribute === 'Ref' ? nameOf(logicalId) : `${nameOf(logicalId)}.${attribute}`),
)

/** A logical id without the digest that CDK adds to it. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '')
}

/** Without the tags of the stage, which every resource has. */
function withoutTags(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties, (key, value: unknown) => (key === 'Tags' ? undefined : value)))
}

const read = new Map<string, ReadonlyMap<string, DeclaredResource>>()

/** Every resource of both stacks of a synthesised stage, by its name. An assembly is read once. */
export function declaredResources(assembly = inject('assembly')): ReadonlyMap<string, DeclaredResource> {
  const found = read.get(assembly) ?? readDeclared(assembly)
  read.set(assembly, found)
  return found
}

function readDeclared(assembly: string): ReadonlyMap<string, DeclaredResource> {
  const properties = new Map(
    readTemplate(assembly).resources.map(({ logicalId, properties: own }) => [
      logicalId,
      resolve(withoutTags(own)),
    ]),
  )
  const resources = readStacks<DeclaredResource>(assembly).flatMap(({ template }) =>
    Object.entries(template.Resources),
  )
  return new Map(
    resources.map(([logicalId, resource]) => [
      nameOf(logicalId),
      {
        ...resource,
        logicalId,
        Properties: properties.get(logicalId) ?? {},
        ...(resource.DependsOn && { DependsOn: [resource.DependsOn].flat().map(nameOf) }),
      },
    ]),
  )
}

export function declared(name: string): DeclaredResource {
  const resource = declaredResources().get(name)
  if (resource === undefined) throw new Error(`The template declares no ${name}`)
  return resource
}

export function declaredOf(type: string): readonly DeclaredResource[] {
  return [...declaredResources().values()].filter(({ Type }) => Type === type)
}
