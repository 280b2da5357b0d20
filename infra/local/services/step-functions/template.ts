import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import type { Definition } from './definition.ts'
import { functionsNamedIn, parseDefinition } from './read-definition.ts'

export interface StateMachine {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  readonly roleArn: string
  readonly type: 'STANDARD' | 'EXPRESS'
  readonly definition: Definition
  /** The text of its definition. */
  readonly source: string
  /** The functions that its tasks name directly, by name or ARN. */
  readonly functionNames: readonly string[]
}

/** Properties that are honoured, or have no effect on one machine, such as logging, tracing and tags. */
const modelled = [
  'DefinitionString',
  'DefinitionSubstitutions',
  'RoleArn',
  'StateMachineName',
  'StateMachineType',
  'LoggingConfiguration',
  'TracingConfiguration',
  'Tags',
]

/**
 * Reads the resolved properties of an `AWS::StepFunctions::StateMachine`. Throws an Error that names anything that is
 * not modelled.
 */
export function readStateMachine(o: {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  readonly properties: Properties
}): StateMachine {
  const { logicalId, arn, name, properties } = o
  allowOnly(modelled, properties, logicalId)
  const { StateMachineType: type = 'STANDARD' } = properties
  if (type !== 'STANDARD' && type !== 'EXPRESS')
    throw new Error(`${logicalId}.StateMachineType is not modelled by the local cloud: ${type}`)
  const substitutions = fieldsOf(properties['DefinitionSubstitutions'])
  const source = String(properties['DefinitionString']).replace(/\$\{([^}]+)\}/g, (there, key: string) =>
    Object.hasOwn(substitutions, key) ? String(substitutions[key]) : there,
  )
  const definition = parseDefinition(logicalId, source)
  const roleArn = String(properties['RoleArn'])
  const functionNames = functionsNamedIn(definition)
  return { logicalId, arn, name, roleArn, type, definition, source, functionNames }
}
