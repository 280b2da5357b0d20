import type { Leftover } from '../account/leftovers.ts'
import { nameOf } from '../checks/leftovers.ts'

/** The property that identifies a resource when CloudFormation imports it (user guide, "Resource type support"). */
const identifiers: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Cognito::UserPool': 'UserPoolId',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueUrl',
}

/** Which resource that exists becomes which one of the stack, by logical id. */
export type ResourceMapping = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * The mapping by which CDK imports what earlier stacks left behind. Of several resources for one place, the one with
 * data is taken. Throws an Error that names them if more than one has data.
 */
export function resourceMapping(found: readonly Leftover[]): ResourceMapping {
  const mapping: Record<string, Record<string, string>> = {}
  for (const logicalId of new Set(found.map((one) => one.logicalId))) {
    const candidates = found.filter((one) => one.logicalId === logicalId)
    const full = candidates.filter(({ isEmpty }) => !isEmpty)
    if (full.length > 1)
      throw new Error(
        `${full.map(nameOf).join(' and ')} both contain data for ${logicalId}: remove one of them, then repeat this command`,
      )
    const chosen = full[0] ?? candidates[0]
    const key = chosen && identifiers[chosen.type]
    if (chosen !== undefined && key !== undefined) mapping[logicalId] = { [key]: chosen.physicalId }
  }
  return mapping
}
