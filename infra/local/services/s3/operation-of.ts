import type { IncomingHttpHeaders } from 'node:http'
import { copySource } from './target.ts'

/** The query parameters that do not determine the operation, such as those of a signature. */
const common =
  /^(x-id|AWSAccessKeyId|Signature|Expires|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)|x-amz-checksum-mode|response-[a-z-]+)$/

/** The operations on an object, by the remaining query parameters and the method. */
const onObjects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' },
  tagging: { GET: 'GetObjectTagging' },
  versionId: { DELETE: 'DeleteObject' },
  uploads: { POST: 'CreateMultipartUpload' },
  uploadId: { POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' },
  'partNumber uploadId': { PUT: 'UploadPart' },
}

/** The operations on a bucket, by the remaining query parameters and the method. */
const onBuckets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': { HEAD: 'HeadBucket', POST: 'PostObject' },
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning' },
}

/** The operations that become others if the call names an object to copy. */
const copies: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' }

const ofLists = [
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'list-type',
  'max-keys',
  'prefix',
  'start-after',
]

const ofVersions = ['encoding-type', 'key-marker', 'max-keys', 'prefix', 'version-id-marker', 'versions']

/** Returns the operation that a request of S3 calls; `undefined` if it is not modelled. */
export function operationOf(
  method: string,
  path: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders = {},
): string | undefined {
  if (method === 'OPTIONS') return 'Preflight'
  const [, bucket, ...key] = path.split('/')
  const names = [...query.keys()].filter((name) => !common.test(name)).sort()
  if (bucket === '')
    return method === 'GET' && names.length === 0 && key.length === 0 ? 'ListBuckets' : undefined
  if (key.join('/') !== '') {
    const operation = onObjects[names.join(' ')]?.[method]
    if (operation === undefined || headers[copySource] === undefined) return operation
    return copies[operation] ?? operation
  }
  const isList = method === 'GET' && query.get('list-type') === '2'
  if (isList && names.every((name) => ofLists.includes(name))) return 'ListObjectsV2'
  if (method === 'GET' && query.has('versions') && names.every((name) => ofVersions.includes(name)))
    return 'ListObjectVersions'
  return onBuckets[names.join(' ')]?.[method]
}
