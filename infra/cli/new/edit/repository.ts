import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spell } from '../names.ts'
import { featuresIn } from '../remove/features.ts'
import { nameOf, nodesIn, type SyntaxNode } from '../syntax.ts'
import {
  constantNamed,
  declarationsIn,
  keyOf,
  propertyOf,
  type Source,
  sourceOf,
  unwrapped,
} from './source.ts'

/** A version of a read model, as its source declares it. */
export interface ReadModel {
  /** Name of the projection, such as `price-lists`. */
  readonly name: string
  readonly version: number
  /** Name of the constant, such as `priceListsV1`. */
  readonly constant: string
  readonly aggregate: string
  /** The folder of the feature, such as `projections/price-list`. */
  readonly folder: string
}

/** A type of event, as its sources declare it. */
export interface EventType {
  readonly type: string
  readonly feature: string
  /** Whether the event has no data. */
  readonly empty: boolean
  /** The fields of the public event and its schema number; undefined for a private one. */
  readonly published: { readonly fields: readonly string[]; readonly schema: number } | undefined
}

export function readSource(root: string, file: string): Source {
  if (!existsSync(join(root, file))) throw new Error(`${file} is missing: restore it, then try again.`)
  return sourceOf(file, readFileSync(join(root, file), 'utf8'))
}

/** The features that have an aggregate. */
export function aggregatesIn(root: string): string[] {
  return featuresIn(root).filter((name) => existsSync(join(root, `domain/${name}/${name}.ts`)))
}

/** Throws an Error that lists the aggregates if there is none of this name. */
export function checkAggregate(root: string, name: string): void {
  const aggregates = aggregatesIn(root)
  if (!aggregates.includes(name))
    throw new Error(`there is no aggregate "${name}"; the aggregates are ${aggregates.join(', ')}.`)
}

/** Every type of event. */
export function eventTypesIn(root: string): EventType[] {
  return aggregatesIn(root).flatMap((feature) => {
    const stored = constantNamed(readSource(root, `domain/${feature}/events.ts`), 'definitions')
    const decisions = decisionsOf(root, feature)
    return propertiesOf(unwrapped(stored)).map((property): EventType => {
      const type = keyOf(property) ?? ''
      const decision = propertyOf(decisions, type)
      const schema = propertyOf(decision, 'schema')?.['value']
      return {
        type,
        feature,
        empty: fieldsOf(propertyOf(unwrapped(nodesIn(property['value'])[0]), 'data')).length === 0,
        published:
          typeof schema === 'number' ? { fields: fieldsOf(propertyOf(decision, 'data')), schema } : undefined,
      }
    })
  })
}

function decisionsOf(root: string, feature: string): SyntaxNode | undefined {
  const source = readSource(root, `domain/${feature}/public-events.ts`)
  const call = unwrapped(constantNamed(source, `${spell(feature).camel}Publication`))
  return nodesIn(call?.['arguments']).find(({ type }) => type === 'ObjectExpression')
}

/** The fields of a call such as `z.strictObject({ name: z.string() })`. A named schema counts as one field. */
function fieldsOf(schema: SyntaxNode | undefined): string[] {
  if (schema === undefined) return []
  if (schema.type !== 'CallExpression') return [nameOf(schema) ?? '']
  return propertiesOf(nodesIn(schema['arguments'])[0]).map((field) => keyOf(field) ?? '')
}

/** The names of all functions. */
export function functionsIn(root: string): string[] {
  return ['commands', 'projections', 'workflows']
    .map((layer) => join(root, layer, 'functions'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .map((file) => file.replace(/\..*$/, ''))
}

/** The data of the newest fixture of a type of event. */
export function fixtureOf(root: string, category: string, type: string): object | undefined {
  const file = join(root, `test/fixtures/events/${category}.json`)
  const fixtures: readonly { readonly reads: { type: string; data: object } }[] = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  return fixtures.findLast(({ reads }) => reads.type === type)?.reads.data
}

/** The names of all commands, or the paths of all queries. */
export function contractKeysIn(root: string, kind: 'commands' | 'queries'): string[] {
  return featuresIn(root)
    .filter((feature) => existsSync(join(root, `commands/${feature}/contract.ts`)))
    .flatMap((feature) => {
      const source = readSource(root, `commands/${feature}/contract.ts`)
      const contract = unwrapped(constantNamed(source, `${spell(feature).camel}Contract`))
      return propertiesOf(propertyOf(contract, kind)).map((one) => keyOf(one) ?? '')
    })
}

/** The required fields in the body of a command. */
export function bodyOf(root: string, feature: string, command: string): string[] {
  const source = readSource(root, `commands/${feature}/contract.ts`)
  const contract = unwrapped(constantNamed(source, `${spell(feature).camel}Contract`))
  const schema = propertyOf(propertyOf(propertyOf(contract, 'commands'), command), 'body')
  return propertiesOf(nodesIn(schema?.['arguments'])[0])
    .filter((field) => !isOptional(field, source))
    .map((field) => keyOf(field) ?? '')
}

function isOptional(field: SyntaxNode, { text }: Source): boolean {
  const [value] = nodesIn(field['value'])
  return value !== undefined && text.slice(value.start, value.end).startsWith('z.optional(')
}

/** Every version of every read model, the older ones of a read model first. */
export function readModelsIn(root: string): ReadModel[] {
  const folders = foldersIn(join(root, 'projections')).map((name) => `projections/${name}`)
  return folders
    .flatMap((folder) =>
      foldersIn(join(root, folder))
        .map((version) => `${folder}/${version}/projection.ts`)
        .filter((file) => existsSync(join(root, file)))
        .flatMap((file) => readModelIn(readSource(root, file), folder)),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version - b.version)
}

function readModelIn(source: Source, folder: string): ReadModel[] {
  return declarationsIn(source)
    .flatMap((node) => nodesIn(node['declarations']))
    .flatMap((declarator) => {
      const value = unwrapped(nodesIn(declarator['init'])[0])
      const [name, version, aggregate] = ['name', 'version', 'aggregate'].map(
        (key) => propertyOf(value, key)?.['value'],
      )
      const constant = nameOf(nodesIn(declarator['id'])[0])
      return typeof name === 'string' &&
        typeof version === 'number' &&
        typeof aggregate === 'string' &&
        constant !== undefined
        ? [{ name, version, aggregate, constant, folder }]
        : []
    })
}

function propertiesOf(object: SyntaxNode | undefined): SyntaxNode[] {
  return object?.type === 'ObjectExpression' ? nodesIn(object['properties']) : []
}

export function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
