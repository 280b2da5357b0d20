import type { FunctionDefinition } from './function-definition.ts'

/** The paths of the operations that show functions. Their ends distinguish the operations, which change nothing. */
const functionsPath = /^\/2015-03-31\/functions(?:\/([^/]+))?(\/configuration)?\/?$/

/** Returns the operation of a `GET` that shows functions; `undefined` for any other path. */
export function showingOperationOf(path: string): string | undefined {
  const [found, name, configuration] = functionsPath.exec(path) ?? []
  if (found === undefined) return undefined
  if (name === undefined) return configuration === undefined ? 'ListFunctions' : undefined
  return configuration === undefined ? 'GetFunction' : 'GetFunctionConfiguration'
}

/** Returns the function's name in the path of a call, still encoded. */
export function shownName(path: string): string {
  return functionsPath.exec(path)?.[1] ?? ''
}

/** Returns the IAM action of an operation on a function. */
export function actionOf(operation: string): string {
  return operation === 'Invoke' ? 'lambda:InvokeFunction' : `lambda:${operation}`
}

/** Answers an operation that shows functions; `undefined` for any other. `named` is the function in its path. */
export function show(
  operation: string,
  named: () => FunctionDefinition,
  all: () => readonly FunctionDefinition[],
): object | undefined {
  if (operation === 'ListFunctions') return { Functions: all().map(configurationOf) }
  if (operation === 'GetFunctionConfiguration') return configurationOf(named())
  if (operation !== 'GetFunction') return undefined
  const definition = named()
  const Code = { RepositoryType: 'S3', Location: `file://${definition.folder}` }
  return { Configuration: configurationOf(definition), Code }
}

/** Describes a function in the format of Lambda's API. */
function configurationOf(definition: FunctionDefinition) {
  const { name, arn, handler, memoryMb, timeoutSeconds, environment, logGroup } = definition
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
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  }
}
