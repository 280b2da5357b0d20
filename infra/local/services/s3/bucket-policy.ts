import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import { compilePolicy, type Policy } from '../../iam/policy.ts'
import { isTlsOnly } from '../sqs/queue-policies.ts'
import { bucketArnOf } from './template.ts'

/**
 * Reads the resolved properties of an `AWS::S3::BucketPolicy`. A statement that denies access without TLS has no
 * effect on one machine.
 *
 * @throws Error that names the part that is not modelled, such as a statement that allows something.
 */
export function readBucketPolicy(
  logicalId: string,
  properties: Properties,
): { bucketArn: string; policy: Policy } {
  allowOnly(['Bucket', 'PolicyDocument'], properties, logicalId)
  const document = fieldsOf(properties['PolicyDocument'])
  const { Statement: statements = [] } = document
  const others = [statements].flat().filter((statement) => !isTlsOnly(fieldsOf(statement)))
  const policy = compilePolicy({ ...document, Statement: others }, logicalId)
  return { bucketArn: bucketArnOf(String(properties['Bucket'])), policy }
}
