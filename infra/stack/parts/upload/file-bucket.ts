import { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { LiveFunction } from '../lambda-function.ts'
import { keep } from '../stored.ts'

/**
 * The bucket of files: `incoming/` has them as people send them, `files/` those that were accepted. The bucket tells
 * EventBridge of each file, and survives the stack.
 */
export function addFiles(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Files', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // An overwritten file can be restored for a week. The pipeline removes all versions of a file.
    versioned: true,
    lifecycleRules: [
      // Files that were sent and never accepted.
      {
        prefix: 'incoming/',
        expiration: Duration.days(1),
        noncurrentVersionExpiration: Duration.days(1),
      },
      { prefix: 'files/', noncurrentVersionExpiration: Duration.days(7) },
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      { expiredObjectDeleteMarker: true },
    ],
    cors: [
      {
        // The holder of a signed form or link may use it from any page.
        allowedOrigins: ['*'],
        allowedMethods: [HttpMethods.POST, HttpMethods.GET],
        allowedHeaders: ['*'],
      },
    ],
    removalPolicy: keep,
  })
  // `eventBridgeEnabled` would add a function of its own to do this.
  const resource = bucket.node.defaultChild as CfnBucket // the bucket itself
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  return bucket
}

/** Tells a function the name of the bucket. */
export function setFilesBucket(target: LiveFunction, bucket: Bucket): void {
  target.addEnvironment('FILES_BUCKET', bucket.bucketName)
}

/** Patterns of keys. A grant on files names one of them. */
type FileKeys = 'incoming/*' | 'files/*' | 'files/*/original' | 'files/*/thumbnail'

/** Grants a function these actions on the files with such keys, by name. */
export function allowFiles(
  target: LiveFunction,
  bucket: Bucket,
  keys: FileKeys,
  actions: readonly ('GetObject' | 'PutObject')[],
): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `s3:${action}`),
      resources: [bucket.arnForObjects(keys)],
    }),
  )
}

/**
 * Lets a function learn that a file with such a key does not exist. Without this, S3 answers "access denied" for it. S3
 * compares the key with the condition, as if it were the prefix of a list.
 */
export function allowToMiss(target: LiveFunction, bucket: Bucket, keys: FileKeys): void {
  allowOnBucket(target, bucket, 's3:ListBucket', [keys])
}

/** Lets a function remove files with such keys, with all of their versions. */
export function allowToRemove(target: LiveFunction, bucket: Bucket, keys: readonly FileKeys[]): void {
  allowOnBucket(target, bucket, 's3:ListBucketVersions', keys)
  target.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:DeleteObjectVersion'],
      resources: keys.map((key) => bucket.arnForObjects(key)),
    }),
  )
}

function allowOnBucket(
  target: LiveFunction,
  bucket: Bucket,
  action: string,
  prefixes: readonly FileKeys[],
): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: [action],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': prefixes } },
    }),
  )
}
