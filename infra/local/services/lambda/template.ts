import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import type { FunctionDefinition } from './function-definition.ts'

/** Properties that are honoured, or have no meaning on one machine, such as the processor, tags and tracing. */
const modelled = [
  'Architectures',
  'Code',
  'Description',
  'Environment',
  'FunctionName',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'ReservedConcurrentExecutions',
  'Role',
  'Runtime',
  'Tags',
  'Timeout',
  'TracingConfig',
]

/**
 * Reads the resolved properties of an `AWS::Lambda::Function`, with CloudFormation's defaults.
 *
 * @throws Error that names the property that is not modelled.
 */
export function readFunction(o: {
  readonly logicalId: string
  readonly properties: Properties
  readonly name: string
  readonly arn: string
  readonly assetFolder: (objectKey: string) => string
}): FunctionDefinition {
  const { logicalId, properties } = o
  allowOnly(modelled, properties, logicalId)
  const runtime = String(properties['Runtime'])
  if (!runtime.startsWith('nodejs')) throw new Error(`${logicalId}.Runtime is not modelled: ${runtime}`)
  const { S3Key } = fieldsOf(properties['Code'])
  if (typeof S3Key !== 'string') throw new Error(`${logicalId}.Code is not modelled: only assets are`)
  const variables = Object.entries(fieldsOf(fieldsOf(properties['Environment'])['Variables']))
  const reserved = properties['ReservedConcurrentExecutions']
  return {
    logicalId,
    name: o.name,
    arn: o.arn,
    folder: o.assetFolder(S3Key),
    handler: String(properties['Handler']),
    environment: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    timeoutSeconds: Number(properties['Timeout'] ?? 3),
    memoryMb: Number(properties['MemorySize'] ?? 128),
    logGroup: String(fieldsOf(properties['LoggingConfig'])['LogGroup'] ?? `/aws/lambda/${o.name}`),
    reserved: typeof reserved === 'number' ? reserved : undefined,
  }
}
