import { readFileSync } from 'node:fs'
import { join, resolve as resolvePath } from 'node:path'

/** The properties of a resource, resolved or not. */
export type Properties = Readonly<Record<string, unknown>>

export interface Resource {
  readonly logicalId: string
  readonly type: string
  /** With intrinsics, as in the template. */
  readonly properties: Properties
}

/** The resources of all stacks of an assembly. */
export interface Template {
  readonly stackNames: readonly string[]
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

interface StackTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>
}

/**
 * Reads the stacks of a cloud assembly, the folder that synthesis writes, as one template. A reference to another stack's
 * output becomes the output's value. Throws an Error that names the stacks if two of them use the same logical id.
 */
export function readTemplate(assembly: string): Template {
  const { artifacts } = readJson<Manifest>(join(assembly, 'manifest.json'))
  const stacks = new Map(
    Object.entries(artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([name, { properties }]) => [
        name,
        readJson<StackTemplate>(join(assembly, properties?.templateFile ?? `${name}.template.json`)),
      ]),
  )
  if (stacks.size === 0) throw new Error(`${assembly} holds no stack`)
  const files = [...stacks.keys()].flatMap((name) =>
    Object.values(readJson<AssetManifest>(join(assembly, `${name}.assets.json`)).files),
  )
  const resources = onceEach(
    stacks,
    ({ Resources }) => Resources,
    ({ Type, Properties = {} }, stackName, logicalId) => ({
      logicalId,
      type: Type,
      // The result of an object is an object.
      properties: withinOneStack(Properties, stackName, stacks) as Properties,
    }),
  )
  const outputs = onceEach(
    stacks,
    ({ Outputs = {} }) => Outputs,
    ({ Value }, stackName) => withinOneStack(Value, stackName, stacks),
  )
  return {
    stackNames: [...stacks.keys()],
    resources: [...resources.values()],
    outputs: Object.fromEntries([...outputs].filter(([name]) => !name.startsWith(crossStackOutput))),
    ofType: (type) => [...resources.values()].filter((resource) => resource.type === type),
    assetFolder(objectKey) {
      const asset = files.find(({ destinations }) =>
        Object.values(destinations).some((destination) => destination.objectKey === objectKey),
      )
      if (asset === undefined) throw new Error(`No asset in ${assembly} is deployed as ${objectKey}`)
      return resolvePath(assembly, asset.source.path)
    },
  }
}

/** CDK's name for an output that another stack reads. */
const crossStackOutput = 'PublishOutput'

/** Merges the entries of all stacks by their names. Throws if two stacks use the same name. */
function onceEach<From, To>(
  stacks: ReadonlyMap<string, StackTemplate>,
  entriesOf: (stack: StackTemplate) => Readonly<Record<string, From>>,
  convert: (from: From, stackName: string, name: string) => To,
): ReadonlyMap<string, To> {
  const found = new Map<string, To>()
  const owners = new Map<string, string>()
  for (const [stackName, stack] of stacks)
    for (const [name, from] of Object.entries(entriesOf(stack))) {
      const other = owners.get(name)
      if (other !== undefined)
        throw new Error(`${name} is in ${other} and in ${stackName}: the local cloud needs one name for each`)
      owners.set(name, stackName)
      found.set(name, convert(from, stackName, name))
    }
  return found
}

/** Returns a value in which each reference to another stack's output, or to the name of its own stack, is resolved. */
function withinOneStack(
  value: unknown,
  stackName: string,
  stacks: ReadonlyMap<string, StackTemplate>,
): unknown {
  if (Array.isArray(value)) return value.map((item) => withinOneStack(item, stackName, stacks))
  if (typeof value !== 'object' || value === null) return value
  const fields = fieldsOf(value)
  if (fields['Ref'] === 'AWS::StackName') return stackName
  const { StackName: other, OutputName: output } = fieldsOf(fields['Fn::GetStackOutput'])
  if (output !== undefined) {
    const found = stacks.get(String(other))?.Outputs?.[String(output)]
    if (found === undefined)
      throw new Error(`${stackName} reads ${output} of ${other}, which has no such output`)
    return withinOneStack(found.Value, String(other), stacks)
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withinOneStack(item, stackName, stacks)]),
  )
}

/** The value of a resource's `Ref` or attribute; `undefined` if that is not modelled. */
export type Lookup = (logicalId: string, attribute: 'Ref' | (string & {})) => string | undefined

/**
 * Resolves the intrinsics that synthesis writes: Ref, GetAtt, Join, Sub, Select and Split, and the pseudo parameters.
 * Throws an Error that names any other intrinsic.
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
      const [separator, parts] = argument as [string, unknown] // CloudFormation defines these two arguments
      return texts(parts).join(separator)
    },
    'Fn::Select': (argument) => {
      const [index, list] = argument as [string | number, readonly unknown[]] // CloudFormation defines these two arguments
      return list[Number(index)]
    },
    'Fn::Split': (argument) => {
      const [separator = '', text = ''] = texts(argument)
      return text.split(separator)
    },
    'Fn::Sub': (argument) => {
      const [text, own] = Array.isArray(argument) ? argument : [argument, {}]
      const variables = own as Readonly<Record<string, string>> // CloudFormation defines this second argument
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

/** Throws an Error that names a property that is set but not modelled. */
export function allowOnly(modelled: readonly string[], properties: Properties, of: string): void {
  const unknown = Object.keys(properties).find((name) => !modelled.includes(name))
  if (unknown !== undefined) throw new Error(`${of}.${unknown} is not modelled by the local cloud`)
}

/** Returns an object of a template as a record whose fields the caller checks. Anything else gives an empty record. */
export function fieldsOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {}
}

function readJson<T>(file: string): T {
  try {
    // Synthesis wrote the file, so its content has the type that the caller names.
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    throw new Error(`${file} cannot be read: ${String(error)}`)
  }
}
