import { AwsError } from '../../gateway/aws-service.ts'
import type { FunctionDefinition, NamedFunction } from './function-definition.ts'

/** The qualifier of the code that was deployed last, published or not. */
export const latest = '$LATEST'

/** The full name of a function, and what may follow it after a colon. */
const pattern = /^(arn:aws:lambda:[^:]*:[^:]*:function:)?([^:]+)(?::([^:]+))?$/

/** A name or an ARN of a function, taken apart. */
export interface FunctionName {
  /** The name or the ARN, without the qualifier. */
  readonly unqualified: string
  readonly qualifier: string | undefined
}

/** Takes a name or an ARN apart. A text that is neither is a name without a qualifier. */
export function readFunctionName(nameOrArn: string): FunctionName {
  const [, prefix = '', name = nameOrArn, qualifier] = pattern.exec(nameOrArn) ?? []
  return { unqualified: `${prefix}${name}`, qualifier }
}

/** A function under the qualifier that a caller gave. Throws AwsError if it has no such version or alias. */
export function qualified(definition: FunctionDefinition, qualifier: string | undefined): NamedFunction {
  const { arn, name, version, aliases } = definition
  if (qualifier === undefined) return { ...definition, qualifiedName: name }
  if (![latest, version, ...aliases].includes(qualifier))
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}:${qualifier}`, 404)
  return { ...definition, arn: `${arn}:${qualifier}`, qualifiedName: `${name}:${qualifier}` }
}
