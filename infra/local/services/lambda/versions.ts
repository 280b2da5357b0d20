import { allowOnly, fieldsOf, type Properties, type Resource, type Template } from '../../cloud/template.ts'
import { latest } from './qualifier.ts'

export const versionType = 'AWS::Lambda::Version'
export const aliasType = 'AWS::Lambda::Alias'

/** The number of every version that the template publishes. A reload publishes the next. */
export const firstVersion = '1'

const modelled = {
  [versionType]: ['FunctionName', 'Description'],
  // Environments that are kept ready have no meaning on one machine.
  [aliasType]: ['FunctionName', 'FunctionVersion', 'Name', 'Description', 'ProvisionedConcurrencyConfig'],
}

/** The versions and aliases of a template, by the logical id of their function. */
export interface PublishedVersions {
  /** Whether a version of the function is published. */
  isPublished(functionId: string): boolean
  aliasesOf(functionId: string): readonly string[]
}

/**
 * Reads the versions and aliases of a template. Throws an Error that names one that is not modelled: an alias of an older
 * version, or one that splits its calls between two.
 */
export function readVersions({ ofType }: Pick<Template, 'ofType'>): PublishedVersions {
  const published = new Map(ofType(versionType).map((version) => [version.logicalId, functionIdOf(version)]))
  const aliases = ofType(aliasType).map((alias) => {
    const functionId = functionIdOf(alias)
    const { FunctionVersion: version, Name: name } = alias.properties
    const [versionId = ''] = [fieldsOf(version)['Fn::GetAtt']].flat().map(String)
    if (version !== latest && published.get(versionId) !== functionId)
      throw new Error(`${alias.logicalId}.FunctionVersion is not modelled: only a version in the template is`)
    return { functionId, name: String(name) }
  })
  const withVersion = new Set(published.values())
  return {
    isPublished: (functionId) => withVersion.has(functionId),
    aliasesOf: (functionId) => aliases.filter((one) => one.functionId === functionId).map(({ name }) => name),
  }
}

/** The logical id of the function that a version or an alias belongs to. */
function functionIdOf({ logicalId, type, properties }: Resource): string {
  allowOnly(type === aliasType ? modelled[aliasType] : modelled[versionType], properties, logicalId)
  const id = fieldsOf(properties['FunctionName'])['Ref']
  if (typeof id !== 'string')
    throw new Error(`${logicalId}.FunctionName is not modelled: only a Ref of a function in the template is`)
  return id
}

/** The names of a version: its ARN and its number. */
export function versionNames(functionArn: string): Readonly<Record<string, string>> {
  const arn = `${functionArn}:${firstVersion}`
  return { Ref: arn, FunctionArn: arn, Version: firstVersion }
}

/** The names of an alias: its ARN. */
export function aliasNames(functionArn: string, { Name }: Properties): Readonly<Record<string, string>> {
  const arn = `${functionArn}:${String(Name)}`
  return { Ref: arn, AliasArn: arn }
}
