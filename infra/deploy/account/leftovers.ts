import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import {
  DescribeTableCommand,
  DynamoDBClient,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb'
import { HeadBucketCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type AwsConfig, errorName } from './config.ts'
import type { StackResource } from './stacks.ts'

/** The facts about a resource that a stack has left behind. */
export interface Leftover extends StackResource {
  /** Whether it contains nothing. */
  readonly isEmpty: boolean
  /** Bytes of a table; undefined for other resources. */
  readonly bytes?: number | undefined
  /** Whether AWS refuses to delete it. */
  readonly isProtected: boolean
}

/** The resources that outlive a stack. */
export interface Leftovers {
  /** Looks at a resource; undefined if it does not exist, or is of a type that keeps nothing. */
  look(resource: StackResource): Promise<Leftover | undefined>
  /** Lifts the deletion protection of a table. */
  unprotectTable(name: string): Promise<void>
}

type Facts = Pick<Leftover, 'isEmpty' | 'isProtected' | 'bytes'>

/** The errors of a resource that does not exist, by the API references of the services. */
const missing = ['ResourceNotFoundException', 'NotFound', 'NoSuchBucket', 'QueueDoesNotExist']

export function openLeftovers(config: AwsConfig): Leftovers {
  const dynamo = new DynamoDBClient(config)
  const cognito = new CognitoIdentityProviderClient(config)
  const s3 = new S3Client(config)
  const sqs = new SQSClient(config)

  async function table(TableName: string): Promise<Facts> {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
    // DynamoDB counts items about every six hours, so the count of a new table says nothing.
    const { Count = 0 } = await dynamo.send(new ScanCommand({ TableName, Limit: 1, ConsistentRead: true }))
    return {
      isEmpty: Count === 0,
      isProtected: Table?.DeletionProtectionEnabled === true,
      bytes: Table?.TableSizeBytes,
    }
  }

  const kinds: Readonly<Record<string, (id: string) => Promise<Facts>>> = {
    'AWS::DynamoDB::GlobalTable': table,
    'AWS::DynamoDB::Table': table,
    async 'AWS::Cognito::UserPool'(UserPoolId) {
      const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }))
      return {
        isEmpty: (UserPool?.EstimatedNumberOfUsers ?? 0) === 0,
        isProtected: UserPool?.DeletionProtection === 'ACTIVE',
      }
    },
    async 'AWS::S3::Bucket'(Bucket) {
      await s3.send(new HeadBucketCommand({ Bucket }))
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }))
      return { isEmpty: Versions.length === 0, isProtected: false }
    },
    async 'AWS::SQS::Queue'(QueueUrl) {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      )
      return { isEmpty: Attributes?.['ApproximateNumberOfMessages'] === '0', isProtected: false }
    },
  }

  return {
    async look(resource) {
      const facts = kinds[resource.type]
      if (facts === undefined || resource.physicalId === '') return undefined
      try {
        return { ...resource, ...(await facts(resource.physicalId)) }
      } catch (error) {
        if (missing.includes(errorName(error))) return undefined
        throw error
      }
    },
    async unprotectTable(TableName) {
      await dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }))
    },
  }
}
