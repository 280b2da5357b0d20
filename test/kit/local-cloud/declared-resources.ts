import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { createResolver, fieldsOf, type Properties } from '../../../infra/local/index.ts'

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

/** Every resource of the synthesised template, by its name. */
export function declaredResources(): ReadonlyMap<string, DeclaredResource> {
  const template: { Resources: Record<string, DeclaredResource> } = JSON.parse(
    readFileSync(join(inject('assembly'), 'Annals.template.json'), 'utf8'),
  )
  return new Map(
    Object.entries(template.Resources).map(([logicalId, resource]) => [
      nameOf(logicalId),
      {
        ...resource,
        logicalId,
        Properties: resolve(fieldsOf(resource.Properties)),
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
