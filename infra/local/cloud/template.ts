import { readFileSync } from 'node:fs'
import { join, resolve as resolvePath } from 'node:path'

/** Resolved or not, the properties of a resource. */
export type Properties = Readonly<Record<string, unknown>>

export interface Resource {
  readonly logicalId: string
  readonly type: string
  /** With intrinsics, as in the template. */
  readonly properties: Properties
}

export interface Template {
  readonly stackName: string
  readonly resources: readonly Resource[]
  /** The values of its outputs by their names, with intrinsics. */
  readonly outputs: Properties
  ofType(type: string): readonly Resource[]
  /** Folder of the asset that is deployed under this key. */
  assetFolder(objectKey: string): string
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string } }>
  >
}

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string }
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>
      }
    >
  >
}

/** Reads the one stack of a cloud assembly, the folder that synthesis writes (`cdk.out`). */
export function readTemplate(assembly: string): Template {
  const stacks = Object.entries(readJson<Manifest>(join(assembly, 'manifest.json')).artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  )
  const [stack, ...others] = stacks
  if (stack === undefined || others.length > 0) {
    throw new Error(`${assembly} holds ${stacks.length} stacks: the local cloud runs exactly one`)
  }
  const [stackName, { properties }] = stack
  const file = properties?.templateFile ?? `${stackName}.template.json`
  const template = readJson<{
    Resources: Record<string, { Type: string; Properties?: Properties; Condition?: string }>
    Outputs?: Record<string, { Value: unknown }>
  }>(join(assembly, file))
  const assets = readJson<AssetManifest>(join(assembly, `${stackName}.assets.json`))

  const resources = Object.entries(template.Resources).map(([logicalId, { Type, Properties = {} }]) => ({
    logicalId,
    type: Type,
    properties: Properties,
  }))
  return {
    stackName,
    resources,
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, Value]),
    ),
    ofType: (type) => resources.filter((resource) => resource.type === type),
    assetFolder(objectKey) {
      const asset = Object.values(assets.files).find(({ destinations }) =>
        Object.values(destinations).some((destination) => destination.objectKey === objectKey),
      )
      if (asset === undefined) throw new Error(`No asset in ${assembly} is deployed as ${objectKey}`)
      return resolvePath(assembly, asset.source.path)
    },
  }
}

/** The value of a resource's `Ref` or attribute; `undefined` if that is not modelled. */
export type Lookup = (logicalId: string, attribute: 'Ref' | (string & {})) => string | undefined

/**
 * Resolves the intrinsics that synthesis writes: Ref, GetAtt, Join, Sub, Select and Split, and the pseudo
 * parameters. Throws, naming it, on any other.
 */
export function createResolver(pseudo: Readonly<Record<string, string>>, lookup: Lookup) {
  const find = (logicalId: string, attribute: string): string => {
    const found = lookup(logicalId, attribute)
    if (found === undefined) throw new Error(`${logicalId}.${attribute} is not modelled`)
    return found
  }
  const reference = (name: string) => pseudo[name] ?? find(name, 'Ref')
  const dotted = (name: string) => {
    const dot = name.indexOf('.')
    return dot === -1 ? reference(name) : find(name.slice(0, dot), name.slice(dot + 1))
  }

  const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String)
  const intrinsics: Readonly<Record<string, (argument: unknown, raw: unknown) => unknown>> = {
    Ref: (_, raw) => reference(String(raw)),
    'Fn::GetAtt': (_, raw) => dotted(texts(raw).join('.')),
    'Fn::Join': (argument) => {
      const [separator, parts] = argument as [string, unknown] // its two arguments, by its definition
      return texts(parts).join(separator)
    },
    'Fn::Select': (argument) => {
      const [index, list] = argument as [string | number, readonly unknown[]] // its two arguments, by its definition
      return list[Number(index)]
    },
    'Fn::Split': (argument) => {
      const [separator = '', text = ''] = texts(argument)
      return text.split(separator)
    },
    'Fn::Sub': (argument) => {
      const [text, own] = Array.isArray(argument) ? argument : [argument, {}]
      const variables = own as Readonly<Record<string, string>> // its second argument, by its definition
      return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) =>
        literal === '!' ? `\${${name}}` : (variables[name] ?? dotted(name)),
      )
    },
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined)
    if (typeof value !== 'object' || value === null) return value
    const entries: [string, unknown][] = Object.entries(value)
    const [first] = entries
    if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      const [name, argument] = first
      if (name === 'Ref' && argument === 'AWS::NoValue') return undefined
      const intrinsic = intrinsics[name]
      if (intrinsic === undefined) throw new Error(`${name} is not modelled`)
      return intrinsic(resolve(argument), argument)
    }
    const resolved = entries.map(([key, item]) => [key, resolve(item)])
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined))
  }

  // An object resolves to an object.
  return (properties: Properties): Properties => resolve(properties) as Properties
}

/** Throws, naming it, if a property is set that is not modelled. */
export function allowOnly(modelled: readonly string[], properties: Properties, of: string): void {
  const unknown = Object.keys(properties).find((name) => !modelled.includes(name))
  if (unknown !== undefined) throw new Error(`${of}.${unknown} is not modelled by the local cloud`)
}

/** An object of a template as a record, whose fields are read one by one; anything else is empty. */
export function fieldsOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {}
}

function readJson<T>(file: string): T {
  try {
    // Written by synthesis in the form that its readers share.
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    throw new Error(`${file} cannot be read: ${String(error)}`)
  }
}
