import { account } from '../../cloud/resource-names.ts'
import { document, element, escaped } from '../../gateway/xml.ts'
import type { Bucket, S3Operation } from './call.ts'
import { invalidArgument } from './errors.ts'
import type { StoredObject } from './objects.ts'

const largestPage = 1000

/** Returns the list of buckets, which S3 gives for a path without a bucket. */
export function bucketsXml(buckets: Iterable<Bucket>, createdAt: number): string {
  const date = element('CreationDate', new Date(createdAt).toISOString())
  const listed = [...buckets].map(({ name }) => element('Bucket', element('Name', escaped(name)) + date))
  const owner = element('Owner', element('ID', account))
  return document('ListAllMyBucketsResult', owner + element('Buckets', listed.join('')))
}

export const headBucket: S3Operation = async (_, { signers }) => ({
  status: 200,
  headers: { 'x-amz-bucket-region': signers.region },
  body: '',
})

export const getBucketLocation: S3Operation = async (_, { signers }) => ({
  status: 200,
  // The SDK finds the region only if the element has a namespace. The region us-east-1 is an empty text.
  body: `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${signers.region === 'us-east-1' ? '' : signers.region}</LocationConstraint>`,
})

export const getBucketVersioning: S3Operation = async ({ bucket }) => ({
  status: 200,
  // A bucket that never kept versions has no status.
  body: document('VersioningConfiguration', bucket.keepsVersions ? element('Status', 'Enabled') : ''),
})

/** Returns no tags, because tags are not modelled. */
export const getObjectTagging: S3Operation = async () => ({
  status: 200,
  body: document('Tagging', element('TagSet', '')),
})

/** Lists keys in the order of their bytes. Keys with a common prefix up to a delimiter are listed as that prefix. */
export const listObjects: S3Operation = async ({ bucket, query }) => {
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const most = Number(query.get('max-keys') ?? largestPage)
  if (!Number.isInteger(most) || most < 0)
    throw invalidArgument('Provided max-keys not an integer or within integer range')
  const token = query.get('continuation-token')
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString()
  const show = query.get('encoding-type') === 'url' ? encodeURIComponent : escaped

  const all = [...bucket.objects.entries()]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  const entries = new Map<string, StoredObject | undefined>()
  for (const [key, object] of all) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (end === -1) entries.set(key, object)
    else entries.set(key.slice(0, end + delimiter.length), undefined)
  }
  const rest = [...entries].filter(([name]) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0)
  const shown = rest.slice(0, Math.min(most, largestPage))
  const last = shown.at(-1)?.[0]
  const isTruncated = shown.length < rest.length && last !== undefined
  const contents = shown.map(([name, object]) =>
    object === undefined
      ? element('CommonPrefixes', element('Prefix', show(name)))
      : element('Contents', contentXml(show(name), object)),
  )
  const head = [
    element('Name', escaped(bucket.name)),
    element('Prefix', show(prefix)),
    element('MaxKeys', String(most)),
    element('KeyCount', String(shown.length)),
    element('IsTruncated', String(isTruncated)),
    delimiter === '' ? '' : element('Delimiter', show(delimiter)),
    query.has('encoding-type') ? element('EncodingType', 'url') : '',
    isTruncated ? element('NextContinuationToken', Buffer.from(last).toString('base64url')) : '',
  ]
  return { status: 200, body: document('ListBucketResult', [...head, ...contents].join('')) }
}

function contentXml(key: string, { md5, size, modifiedAt }: StoredObject): string {
  const etag = element('ETag', escaped(`"${md5}"`))
  const date = element('LastModified', new Date(modifiedAt).toISOString())
  return (
    element('Key', key) + date + etag + element('Size', String(size)) + element('StorageClass', 'STANDARD')
  )
}
