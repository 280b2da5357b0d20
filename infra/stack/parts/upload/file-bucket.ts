import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

/**
 * The bucket of files: `incoming/` has them as people send them, `files/` those that were accepted. The bucket tells
 * EventBridge of each file, and survives the stack.
 */
export function addFiles(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Files', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // Files that were sent and never accepted.
    lifecycleRules: [{ prefix: 'incoming/', expiration: Duration.days(1) }],
    cors: [
      {
        // The holder of a signed form or link may use it from any page.
        allowedOrigins: ['*'],
        allowedMethods: [HttpMethods.POST, HttpMethods.GET],
        allowedHeaders: ['*'],
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  })
  // `eventBridgeEnabled` would add a function of its own to do this.
  const resource = bucket.node.defaultChild as CfnBucket // the bucket itself
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  return bucket
}

/** Tells a function the name of the bucket. */
export function setFilesBucket(target: LambdaFunction, bucket: Bucket): void {
  target.addEnvironment('FILES_BUCKET', bucket.bucketName)
}

/** Grants a function these actions on the files under a prefix, by name. */
export function allowFiles(
  target: LambdaFunction,
  bucket: Bucket,
  prefix: 'incoming' | 'files',
  actions: readonly ('GetObject' | 'PutObject' | 'DeleteObject')[],
): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `s3:${action}`),
      resources: [bucket.arnForObjects(`${prefix}/*`)],
    }),
  )
}
