import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

/**
 * The bucket of files: under `incoming/` as people send them, under `files/` what was accepted. It tells EventBridge of
 * each, and survives the stack.
 */
export function addFiles(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Files', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // What was sent and never accepted.
    lifecycleRules: [{ prefix: 'incoming/', expiration: Duration.days(1) }],
    cors: [
      {
        // Whoever has a signed form or link may use it, wherever they are.
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
