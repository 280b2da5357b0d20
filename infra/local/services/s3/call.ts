import type { IncomingMessage } from 'node:http'
import type { AwsRequest, AwsResponse, Permission } from '../../gateway/aws-service.ts'
import type { BusEvent } from '../eventbridge/input.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import type { Objects } from './objects.ts'
import type { Signers } from './signed.ts'
import type { BucketSettings } from './template.ts'

export interface Bucket extends BucketSettings {
  readonly objects: Objects
  readonly multipart: MultipartUploads
}

/** A call of an operation on a bucket. */
export interface S3Call {
  readonly request: AwsRequest
  readonly message: IncomingMessage
  readonly bucket: Bucket
  /** Empty if the key is in a form. */
  readonly key: string
  readonly query: URLSearchParams
  readonly id: string
}

/** The ports that operations use besides their call. */
export interface S3Context {
  readonly signers: Signers
  /** Returns the bucket with this name. Throws NoSuchBucket. */
  readonly bucketNamed: (name: string) => Bucket
  /** Throws AccessDenied unless the caller has these permissions. */
  readonly demand: (request: AwsRequest, needed: readonly Permission[]) => void
  /** Passes an event to EventBridge, durably. */
  readonly publish: (event: BusEvent) => void
}

export type S3Operation = (call: S3Call, context: S3Context) => Promise<AwsResponse>
