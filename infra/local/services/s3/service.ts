import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Properties } from '../../cloud/template.ts'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
} from '../../gateway/aws-service.ts'
import { isFromPage } from '../../gateway/gate.ts'
import { xml } from '../../gateway/xml.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { Bucket, S3Context, S3Operation } from './call.ts'
import { corsHeaders, preflight } from './cors.ts'
import { accessDenied, inWordsOfS3, notModelled, notTheDeveloper, oldSignature } from './errors.ts'
import { checkHeaders } from './headers.ts'
import {
  bucketsXml,
  getBucketLocation,
  getBucketVersioning,
  getObjectTagging,
  headBucket,
  listObjects,
} from './listing.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts'
import { openMultipartUploads } from './multipart-uploads.ts'
import { openObjects } from './objects.ts'
import { operationOf } from './operation-of.ts'
import { s3Operations } from './operations.ts'
import { s3PermissionsOf } from './permissions.ts'
import { getObject, headObject } from './reading.ts'
import { checkAuthorization, presignerOf, type Signers } from './signed.ts'
import { objectPathOf, type PathAndQuery, pathAndQueryOf } from './target.ts'
import { readBucket } from './template.ts'
import { listObjectVersions } from './versions.ts'
import { copyObject, deleteObject, postObject, putObject } from './writing.ts'

type Headers = Readonly<Record<string, string>>

const handlers: Readonly<Record<Exclude<keyof typeof s3Operations, 'ListBuckets'>, S3Operation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  ListObjectVersions: listObjectVersions,
  PostObject: postObject,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  ListObjectsV2: listObjects,
  GetObjectTagging: getObjectTagging,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  Preflight: async ({ bucket, message }) => preflight(bucket.corsRules, message.headers),
}

/**
 * Opens S3 for the buckets of a template, with their objects in files under `dataDir`. Calls name the bucket in the
 * path (`/bucket/key`). A call that a function or the developer signs names its caller. Other people use presigned
 * URLs and forms, so their signature is checked with everything that it covers. Then the permission of the signer is
 * checked at that moment.
 *
 * @throws Error that names a property of a bucket that is not modelled.
 */
export function openS3(o: {
  readonly signers: Signers
  readonly dataDir: string
  /** The names of the buckets and their resolved properties. */
  readonly buckets: readonly { readonly name: string; readonly properties: Properties }[]
  readonly refusal: Permissions['refusal']
  readonly publish: S3Context['publish']
  readonly log: Log
}): AwsService {
  const buckets = new Map(
    o.buckets.map(({ name, properties }): [string, Bucket] => {
      const settings = readBucket(name, properties)
      const multipart = openMultipartUploads(join(o.dataDir, 's3-multipart', name))
      return [name, { ...settings, multipart, objects: openObjects(join(o.dataDir, 's3', name), settings) }]
    }),
  )
  const context: S3Context = {
    signers: o.signers,
    publish: o.publish,
    bucketNamed(name) {
      const bucket = buckets.get(name)
      if (bucket === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
      return bucket
    },
    demand(request, needed) {
      const refusal = o.refusal(request, { permissions: () => needed })
      if (refusal === undefined) return
      o.log(request.caller ?? 's3', `refused: ${refusal}`)
      throw accessDenied(refusal)
    },
  }
  const openedAt = Date.now()

  function listBuckets({ headers, message }: AwsRequest): AwsResponse {
    const target = pathAndQueryOf(message?.url ?? '')
    if (headers.authorization === undefined) throw accessDenied()
    checkAuthorization(o.signers, { method: message?.method ?? '', headers, target })
    return { status: 200, body: bucketsXml(buckets.values(), openedAt) }
  }

  const corsOf = ({ path, message, headers }: AwsRequest) =>
    corsHeaders(buckets.get(bucketNameIn(path))?.corsRules ?? [], message?.method ?? '', headers)

  return {
    targets: [],
    rest: {
      signedFor: 's3',
      operationOf,
      open: {
        takes: (path) => buckets.has(bucketNameIn(path)),
        wordError(error, request) {
          const { code, message, status } = inWordsOfS3(error)
          const id = newRequestId()
          const texts = { Code: code, Message: message, Resource: request.path ?? '', RequestId: id }
          const headers = { ...commonHeaders(id), ...corsOf(request) }
          return { status, headers, body: xml('Error', texts) }
        },
      },
    },
    operations: s3Operations,
    permissions: (request) => (isSigned(request) ? s3PermissionsOf(request) : []),
    async handle(request) {
      const id = newRequestId()
      const answered =
        request.operation === 'ListBuckets' ? listBuckets(request) : await carryOut(request, id, context)
      return { ...answered, headers: { ...commonHeaders(id), ...corsOf(request), ...answered.headers } }
    },
  }
}

async function carryOut(given: AwsRequest, id: string, context: S3Context): Promise<AwsResponse> {
  const { message, path = '', headers, operation } = given
  if (message === undefined || !isModelled(operation)) throw notModelled(operation)
  const bucket = context.bucketNamed(bucketNameIn(path))
  const method = message.method ?? ''
  const target = pathAndQueryOf(message.url ?? '')
  checkHeaders(method, operation, headers)
  const request = withCaller(given, method, target, context)
  const { key } = objectPathOf(path)
  return handlers[operation]({ request, message, bucket, key, query: target.query, id }, context)
}

/**
 * Returns the call with its caller authorised. The permissions of presigned calls are checked here; those of signed ones
 * were checked by the gateway. All signatures are checked here.
 */
function withCaller(
  request: AwsRequest,
  method: string,
  target: PathAndQuery,
  { signers, demand }: S3Context,
): AwsRequest {
  const signed = { method, headers: request.headers, target }
  if (isSigned(request)) {
    checkAuthorization(signers, signed)
    return request
  }
  if (s3PermissionsOf(request).length === 0) return request
  if (target.query.has('AWSAccessKeyId')) throw oldSignature()
  if (!target.query.has('X-Amz-Credential')) throw accessDenied()
  const caller = presignerOf(signers, signed)
  if (isFromPage(request) && !signers.isFunction(caller)) throw accessDenied(notTheDeveloper)
  const presigned = { ...request, caller }
  demand(presigned, s3PermissionsOf(presigned))
  return presigned
}

function isModelled(operation: string): operation is keyof typeof handlers {
  return Object.hasOwn(handlers, operation)
}

function bucketNameIn(path = ''): string {
  return path.split('/')[1] ?? ''
}

/** Whether a call names its caller in its headers. */
function isSigned({ headers }: AwsRequest): boolean {
  return headers.authorization !== undefined
}

function newRequestId(): string {
  return randomBytes(8).toString('hex').toUpperCase()
}

/** Returns the headers of every answer, unless the answer sets other values. */
function commonHeaders(requestId: string): Headers {
  return { 'content-type': 'application/xml', 'x-amz-request-id': requestId, 'x-amzn-requestid': requestId }
}
