import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { vi } from 'vitest'
import { withRequestFaults } from '../../../infra/local/faults/request-faults.ts'
import { readPermissions } from '../../../infra/local/iam/permissions.ts'
import { createFaults, type Faults, type Properties } from '../../../infra/local/index.ts'
import type { BusEvent } from '../../../infra/local/services/eventbridge/input.ts'
import { readBucketPolicy } from '../../../infra/local/services/s3/bucket-policy.ts'
import { openS3 } from '../../../infra/local/services/s3/service.ts'
import { dataDir, log, region, serve } from './local-service.ts'

export const Bucket = 'annals-uploads'
export const objectArn = `arn:aws:s3:::${Bucket}/*`

/** The functions in the tests, with the permissions of their roles. */
const granted: Readonly<Record<string, Properties | readonly Properties[] | undefined>> = {
  Commands: { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/uploads/*` },
  Queries: { Effect: 'Allow', Action: 's3:GetObject', Resource: objectArn },
  Pipeline: {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
    Resource: [objectArn, `arn:aws:s3:::${Bucket}`],
  },
  /** The permissions of the function that opens pictures. */
  Pictures: [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/incoming/*` },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/files/*/thumbnail` },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringLike: { 's3:prefix': ['incoming/*'] } },
    },
  ],
  Nobody: undefined,
}

export interface OpenBucket {
  /** A client with this access key id; the developer's by default. */
  clientOf(accessKeyId?: string, secretAccessKey?: string): S3Client
  /** The settings of such a client. */
  configOf(accessKeyId?: string, secretAccessKey?: string): S3ClientConfig
  readonly url: string
  /** The events that were sent to EventBridge. */
  readonly events: readonly BusEvent[]
  readonly faults: Faults
}

/** Opens the data folder with one bucket, as the local cloud does when it starts. */
export async function openBucket(
  properties: Properties = {},
  statements: readonly object[] = [],
): Promise<OpenBucket> {
  const events: BusEvent[] = []
  const { bucketArn, policy } = readBucketPolicy('Policy', {
    Bucket,
    PolicyDocument: { Statement: statements },
  })
  const ofFunctions = Object.entries(granted).flatMap(([logicalId, statement]) => [
    { type: 'AWS::Lambda::Function', logicalId, properties: { Role: `${logicalId}Role` } },
    {
      type: 'AWS::IAM::Role',
      logicalId: `${logicalId}Role`,
      properties: { Policies: [{ PolicyDocument: { Statement: statement ? [statement].flat() : [] } }] },
    },
  ])
  const { refusal } = readPermissions({
    template: {
      stackNames: ['Annals'],
      resources: ofFunctions,
      outputs: {},
      assetFolder: () => '',
      ofType: (type) => ofFunctions.filter((resource) => resource.type === type),
    },
    resolve: (resolved) => resolved,
    nameOf: (logicalId) => logicalId,
    resourcePolicies: new Map([[bucketArn, policy]]),
  })
  const service = openS3({
    dataDir,
    refusal,
    log,
    buckets: [{ name: Bucket, properties }],
    signers: { region, secretAccessKey: 'local', isFunction: (id) => Object.hasOwn(granted, id) },
    publish: (event) => void events.push(event),
  })
  const faults = createFaults()
  const config = await serve(withRequestFaults(service, faults), refusal)
  const configOf = (accessKeyId = 'developer', secretAccessKey = 'local') => ({
    ...config,
    credentials: { accessKeyId, secretAccessKey },
  })
  return {
    events,
    faults,
    url: `${config.endpoint}/${Bucket}`,
    configOf,
    clientOf: (...who) => new S3Client(configOf(...who)),
  }
}

/** The headers of a request that the developer signed, with a secret that the local cloud does not know. */
export function developerHeaders(): Record<string, string> {
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${at.slice(0, 8)}/eu-west-1/s3/aws4_request`
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=any/${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'x-amz-date': at,
  }
}

/** The error in a response of S3, as `Code: Message`. */
export async function errorOf(response: Response): Promise<string> {
  const [, code, message] = /<Code>(.*)<\/Code><Message>(.*)<\/Message>/.exec(await response.text()) ?? []
  return `${code}: ${message}`
}

/** Moves the clock forward. */
export function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}
