import type { AwsRequest } from '../../gateway/aws-service.ts'
import { AwsError } from '../../gateway/aws-service.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { latest, qualified, readFunctionName } from './qualifier.ts'

/** The paths of the operations that show functions, which change nothing. */
const paths = {
  ListFunctions: /^\/2015-03-31\/functions\/?$/,
  GetFunction: /^\/2015-03-31\/functions\/([^/]+)\/?$/,
  GetFunctionConfiguration: /^\/2015-03-31\/functions\/([^/]+)\/configuration\/?$/,
  ListVersionsByFunction: /^\/2015-03-31\/functions\/([^/]+)\/versions\/?$/,
  ListAliases: /^\/2015-03-31\/functions\/([^/]+)\/aliases\/?$/,
  GetAlias: /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)$/,
} as const satisfies Readonly<Record<string, RegExp>>

/** Returns the operation of a `GET` that shows functions; `undefined` for any other path. */
export function showingOperationOf(path: string): string | undefined {
  return Object.entries(paths).find(([, pattern]) => pattern.test(path))?.[0]
}

/** Returns the function's name in the path of a call that shows it, still encoded. */
export function nameIn(path: string): string {
  return Object.values(paths).flatMap((pattern) => pattern.exec(path)?.[1] ?? [])[0] ?? ''
}

/** Returns the IAM action of an operation on a function. */
export function actionOf(operation: string): string {
  return operation === 'Invoke' ? 'lambda:InvokeFunction' : `lambda:${operation}`
}

/** Answers an operation that shows functions; `undefined` for any other. `named` is the function in its path. */
export function show(
  { operation, path = '' }: Pick<AwsRequest, 'operation' | 'path'>,
  named: () => FunctionDefinition,
  all: () => readonly FunctionDefinition[],
): object | undefined {
  switch (operation) {
    case 'ListFunctions':
      return { Functions: all().map(configurationOf) }
    case 'GetFunctionConfiguration':
      return configurationOf(named())
    case 'ListVersionsByFunction':
      return { Versions: versionsOf(named()).map((version) => configurationOf(qualified(named(), version))) }
    case 'ListAliases':
      return { Aliases: named().aliases.map((alias) => aliasOf(named(), alias)) }
    case 'GetAlias':
      return aliasOf(named(), paths.GetAlias.exec(path)?.[2] ?? '')
    case 'GetFunction': {
      const definition = named()
      const Code = { RepositoryType: 'S3', Location: `file://${definition.folder}` }
      return { Configuration: configurationOf(definition), Code }
    }
    default:
      return undefined
  }
}

function versionsOf({ version }: FunctionDefinition): readonly string[] {
  return [...new Set([latest, version])]
}

function aliasOf({ arn, aliases, version }: FunctionDefinition, alias: string) {
  const AliasArn = `${arn}:${alias}`
  if (!aliases.includes(alias))
    throw new AwsError('ResourceNotFoundException', `Cannot find alias arn: ${AliasArn}`, 404)
  return { AliasArn, Name: alias, FunctionVersion: version }
}

/** Describes a function in the format of Lambda's API. */
function configurationOf(definition: FunctionDefinition) {
  const { name, arn, version, handler, memoryMb, timeoutSeconds, environment, logGroup } = definition
  const { qualifier = latest } = readFunctionName(arn)
  return {
    FunctionName: name,
    FunctionArn: arn,
    Handler: handler,
    Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    MemorySize: memoryMb,
    Timeout: timeoutSeconds,
    Environment: { Variables: environment },
    LoggingConfig: { LogGroup: logGroup },
    PackageType: 'Zip',
    Version: qualifier === latest ? latest : version,
    State: 'Active',
    LastUpdateStatus: 'Successful',
  }
}
