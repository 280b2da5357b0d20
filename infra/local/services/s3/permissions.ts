import type { AwsRequest, Permission } from '../../gateway/aws-service.ts'
import { type ObjectPath, objectPathOf, sourceOf } from './target.ts'
import { bucketArnOf } from './template.ts'

/** The action that each operation on an object needs. */
const actions: Readonly<Record<string, string>> = {
  PutObject: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
}

/**
 * The permissions that a call of S3 needs (service authorization reference, "Actions, resources, and condition keys for
 * Amazon S3"): a form names its signer in its fields, and anybody may send a preflight.
 */
export function s3PermissionsOf({ operation, path = '', headers }: AwsRequest): Permission[] {
  if (operation === 'CopyObject')
    return [permissionOn('PutObject', objectPathOf(path)), permissionOn('GetObject', sourceOf(headers))]
  return Object.hasOwn(actions, operation) ? [permissionOn(operation, objectPathOf(path))] : []
}

export function permissionOn(operation: string, { bucket, key }: ObjectPath): Permission {
  return { action: actions[operation] ?? '', resource: `${bucketArnOf(bucket)}/${key}` }
}
