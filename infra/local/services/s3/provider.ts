import type { ServiceProvider } from '../../cloud/provider.ts'
import { byLogicalId } from '../../cloud/resource-names.ts'
import { iam } from '../../iam/provider.ts'
import { eventBridge } from '../eventbridge/provider.ts'
import { secretAccessKey } from '../lambda/variables.ts'
import { readBucketPolicy } from './bucket-policy.ts'
import { s3Operations } from './operations.ts'
import { openS3 } from './service.ts'
import { bucketArnOf, bucketNameOf, readBucket } from './template.ts'

const bucketType = 'AWS::S3::Bucket'
const policyType = 'AWS::S3::BucketPolicy'

export const s3: ServiceProvider = {
  service: 'S3',
  resources: {
    [bucketType]: {
      modelled:
        'A bucket with its versions, its CORS rules and its notifications to EventBridge. Lifecycle rules have no effect.',
      names(bucket) {
        const name = bucketNameOf(bucket, bucket.logicalId, bucket.properties)
        return { Ref: name, Arn: bucketArnOf(name) }
      },
    },
    [policyType]: {
      modelled: 'The actions that a bucket denies to everyone.',
      names: byLogicalId,
    },
  },
  operations: s3Operations,
  open(context) {
    for (const { logicalId, properties } of context.resourcesOf(policyType)) {
      const { bucketArn, policy } = readBucketPolicy(logicalId, properties)
      context.resourcePolicies.set(bucketArn, policy)
    }
    const { publish } = context.use(eventBridge)
    const buckets = context.resourcesOf(bucketType).map(({ logicalId, properties }) => ({
      name: context.nameOf(logicalId),
      properties,
    }))
    for (const { name, properties } of buckets)
      for (const { AllowedOrigins } of readBucket(name, properties).corsRules)
        AllowedOrigins.forEach(context.origins.addListed)
    const service = openS3({
      ...context.options,
      refusal: context.use(iam).refusal,
      publish: (event) => publish('default', event),
      signers: { region: context.stack.region, secretAccessKey, isFunction: context.isFunction },
      buckets,
    })
    context.serve(service)
  },
}
