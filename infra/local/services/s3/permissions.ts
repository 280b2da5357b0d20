import type { AwsRequest, Permission } from '../../gateway/aws-service.ts'
import { type ObjectPath, objectPathOf, pathAndQueryOf, sourceOf } from './target.ts'
import { bucketArnOf } from './template.ts'

/** The action that each operation on an object needs. */
const actions: Readonly<Record<string, string>> = {
  PutObject: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  GetObjectTagging: 's3:GetObjectTagging',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
}

/** The action that each operation on a bucket needs. */
const onBuckets: Readonly<Record<string, string>> = {
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  ListObjectVersions: 's3:ListBucketVersions',
  GetBucketLocation: 's3:GetBucketLocation',
  GetBucketVersioning: 's3:GetBucketVersioning',
}

/**
 * Returns the permissions that a call of S3 needs (service authorization reference, "Actions, resources, and
 * condition keys for Amazon S3"). A form needs none here because it names its signer in its fields, and anybody may
 * send a preflight.
 */
export function s3PermissionsOf({ operation, path = '', headers, message }: AwsRequest): Permission[] {
  const { query } = pathAndQueryOf(message?.url ?? '')
  const target = objectPathOf(path)
  const onBucket = onBuckets[operation]
  const prefix = query.get('prefix') ?? ''
  if (onBucket !== undefined) return [{ action: onBucket, resource: bucketArnOf(target.bucket), prefix }]
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }]
  if (operation === 'DeleteObject' && query.has('versionId')) {
    return [{ ...permissionOn(operation, target), action: 's3:DeleteObjectVersion' }]
  }
  if (operation === 'CopyObject' || operation === 'UploadPartCopy')
    return [permissionOn('PutObject', target), permissionOn('GetObject', sourceOf(headers))]
  return Object.hasOwn(actions, operation) ? [permissionOn(operation, target)] : []
}

export function permissionOn(operation: string, { bucket, key }: ObjectPath): Permission {
  return { action: actions[operation] ?? '', resource: `${bucketArnOf(bucket)}/${key}` }
}
