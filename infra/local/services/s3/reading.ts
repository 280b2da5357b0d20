import { AwsError, type AwsRequest, type AwsResponse } from '../../gateway/aws-service.ts'
import type { Bucket, S3Call, S3Context, S3Operation } from './call.ts'
import { demandConditions, isNotModified, rangeOf, servedHeaders } from './headers.ts'
import type { StoredObject } from './objects.ts'
import { bucketArnOf } from './template.ts'

const checksumMode = 'x-amz-checksum-mode'

/**
 * Returns the object with this key. If there is none, throws NoSuchKey, or AccessDenied if the caller may not list
 * the bucket.
 */
export function existing(
  request: AwsRequest,
  bucket: Bucket,
  key: string,
  { demand }: Pick<S3Context, 'demand'>,
): StoredObject {
  const object = bucket.objects.find(key)
  if (object !== undefined) return object
  demand(request, [{ action: 's3:ListBucket', resource: bucketArnOf(bucket.name), prefix: key }])
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
}

async function read(
  { request, bucket, key, query }: S3Call,
  context: S3Context,
  withContent: boolean,
): Promise<AwsResponse> {
  const object = existing(request, bucket, key, context)
  demandConditions(object, request.headers)
  if (isNotModified(object, request.headers)) {
    const { etag = '', 'last-modified': at = '' } = servedHeaders(object, undefined, {
      query,
      checksum: false,
    })
    return { status: 304, headers: { etag, 'last-modified': at }, body: '' }
  }
  const range = rangeOf(object, request.headers.range)
  const checksum = (request.headers[checksumMode] ?? query.get(checksumMode)) === 'ENABLED'
  const isEmpty = !withContent || object.size === 0
  return {
    status: range ? 206 : 200,
    headers: servedHeaders(object, range, { query, checksum }),
    body: isEmpty ? '' : () => bucket.objects.read(object, range ?? { start: 0, end: object.size - 1 }),
  }
}

export const getObject: S3Operation = (call, context) => read(call, context, true)

export const headObject: S3Operation = (call, context) => read(call, context, false)
