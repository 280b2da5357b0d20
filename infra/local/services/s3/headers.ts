import type { IncomingHttpHeaders } from 'node:http'
import { AwsError } from '../../gateway/aws-service.ts'
import { invalidArgument, notModelled } from './errors.ts'
import type { Range, StoredObject } from './objects.ts'
import { copySource } from './target.ts'

/** The headers of a write that are stored and served with the object, besides its metadata, `x-amz-meta-…`. */
const kept = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]

/** Whether a header of a write or a field of a form is stored with the object. */
export function isKept(name: string): boolean {
  return kept.includes(name) || name.startsWith('x-amz-meta-')
}

/** Headers with a meaning in S3 that are honoured here, or that every SDK sends. */
const modelled = [
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
  'x-amz-checksum-crc32',
  'x-amz-checksum-mode',
  'x-amz-checksum-type',
  'x-amz-mp-object-size',
]

/**
 * Headers that would change the effect of a write or deletion. They are modelled for reads, and `If-None-Match: *` is
 * modelled for PutObject.
 */
const conditions = ['content-md5', 'if-match', 'if-none-match']
const reads = ['GET', 'HEAD']

/** Headers that name the source of a copy, and its condition. */
const ofCopies = [copySource, `${copySource}-if-match`, `${copySource}-range`]
const copying = ['CopyObject', 'UploadPartCopy']
/**
 * Headers that tell whether a copy keeps the metadata and tags of its source. Only `COPY` is modelled: a copy keeps
 * the metadata.
 */
const directives = ['x-amz-metadata-directive', 'x-amz-tagging-directive']
/** Headers that name the client's checksum algorithm. */
const checksumAlgorithms = ['x-amz-sdk-checksum-algorithm', 'x-amz-checksum-algorithm']

/** Throws an error that names a header which S3 would honour and the local cloud does not. */
export function checkHeaders(method: string, operation: string, headers: IncomingHttpHeaders): void {
  const unknown = Object.keys(headers).find((name) => {
    if (ofCopies.includes(name)) return !copying.includes(operation)
    if (directives.includes(name)) return !copying.includes(operation) || headers[name] !== 'COPY'
    if (checksumAlgorithms.includes(name)) return headers[name] !== 'CRC32'
    if (name.startsWith('x-amz-')) return !modelled.includes(name) && !name.startsWith('x-amz-meta-')
    const isModelled = reads.includes(method) || (operation === 'PutObject' && isForNone(name, headers))
    return conditions.includes(name) && !isModelled
  })
  if (unknown !== undefined) throw notModelled(unknown)
}

/**
 * Whether a header is `If-None-Match: *`, which stops a write from replacing an object. S3 accepts no other value for
 * writes.
 */
function isForNone(name: string, headers: IncomingHttpHeaders): boolean {
  return name === 'if-none-match' && headers[name] === '*'
}

/** Returns the headers to store, by their names in lower case. */
export function keptHeaders(given: Iterable<readonly [string, unknown]>): Record<string, string> {
  const headers = [...given].flatMap(([name, value]) => {
    if (!isKept(name)) return []
    // `aws-chunked` describes the framing of the request, and is not stored.
    const text = String(value).replace(/^aws-chunked,?\s*/, '')
    return text === '' ? [] : [[name, text] as const]
  })
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(headers) }
}

/** Throws PreconditionFailed unless a header such as `If-Match` names the object. */
export function demandMatch(object: StoredObject, header: string | string[] | undefined): void {
  if (header !== undefined && !names(header, object)) throw preconditionFailed()
}

export function preconditionFailed(): AwsError {
  const reason = 'At least one of the pre-conditions you specified did not hold'
  return new AwsError('PreconditionFailed', reason, 412)
}

/** Whether the client's copy is current, by `If-None-Match` or else `If-Modified-Since` (RFC 9110, section 13.2.2). */
export function isNotModified(object: StoredObject, headers: IncomingHttpHeaders): boolean {
  const { 'if-none-match': etags, 'if-modified-since': since } = headers
  if (etags !== undefined) return names(etags, object)
  return since !== undefined && Math.floor(object.modifiedAt / 1000) * 1000 <= Date.parse(since)
}

/**
 * Throws PreconditionFailed if `If-Match` names another object. Without that header, throws it if the object is newer
 * than `If-Unmodified-Since`.
 */
export function demandConditions(object: StoredObject, headers: IncomingHttpHeaders): void {
  const { 'if-match': etags, 'if-unmodified-since': since } = headers
  demandMatch(object, etags)
  const isNewer = since !== undefined && Math.floor(object.modifiedAt / 1000) * 1000 > Date.parse(since)
  if (etags === undefined && isNewer) throw preconditionFailed()
}

/** Whether a list of ETags names the object. `*` names every object. */
function names(header: string | string[], { md5 }: StoredObject): boolean {
  const etags = String(header)
    .split(',')
    .map((etag) => etag.trim().replace(/^W\//, ''))
  return etags.some((etag) => etag === '*' || etag === `"${md5}"` || etag === md5)
}

/** Returns the part of an object that a request asks for. Throws InvalidRange if the object has no such part. */
export function rangeOf({ size }: StoredObject, header: string | undefined): Range | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && first !== '' && Number(last) < start) return undefined
  if (start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  return { start, end }
}

/**
 * Returns the headers of an answer with an object or a part of it. A presigned URL may override some, for example
 * with `response-content-type`.
 */
export function servedHeaders(
  object: StoredObject,
  range: Range | undefined,
  o: { readonly query: URLSearchParams; readonly checksum: boolean },
): Record<string, string> {
  const overridden = kept.flatMap((name) => {
    const value = o.query.get(`response-${name}`)
    if (value !== null && /[^\t\x20-\x7e\xa0-\xff]/.test(value))
      throw invalidArgument('Header value cannot be represented using ISO-8859-1.')
    return value === null ? [] : [[name, value]]
  })
  const { start, end } = range ?? { start: 0, end: object.size - 1 }
  return {
    ...Object.fromEntries(Object.entries(object.headers).map(([name, value]) => [name, inAscii(value)])),
    ...Object.fromEntries(overridden),
    'content-length': String(end - start + 1),
    ...(range && { 'content-range': `bytes ${start}-${end}/${object.size}` }),
    // The checksum covers the whole object.
    ...(o.checksum &&
      !range && { 'x-amz-checksum-crc32': object.crc32, 'x-amz-checksum-type': 'FULL_OBJECT' }),
    etag: `"${object.md5}"`,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
  }
}

/** Returns a value in US-ASCII, as S3 encodes it (S3 user guide, "User-defined object metadata"). */
function inAscii(value: string): string {
  return /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`
}
