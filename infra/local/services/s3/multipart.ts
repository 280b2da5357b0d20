import { createHash, randomUUID } from 'node:crypto'
import { AwsError } from '../../gateway/aws-service.ts'
import { xml } from '../../gateway/xml.ts'
import type { S3Call, S3Operation } from './call.ts'
import { invalidArgument } from './errors.ts'
import { demandMatch, keptHeaders, rangeOf } from './headers.ts'
import type { MultipartUpload } from './multipart-uploads.ts'
import { announce } from './notifications.ts'
import type { StoredObject } from './objects.ts'
import { existing } from './reading.ts'
import { copySource, sourceOf } from './target.ts'
import { bytesOf, uploadOf } from './upload.ts'

const smallestPart = 5 * 1024 * 1024
const mostParts = 10_000
const mostListBytes = 1024 * 1024

export const createMultipartUpload: S3Operation = async ({ bucket, key, message }) => {
  const id = randomUUID()
  bucket.multipart.uploads.set(id, { key, headers: keptHeaders(Object.entries(message.headers)) })
  return {
    status: 200,
    body: xml('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id }),
  }
}

export const uploadPart: S3Operation = async (call) => {
  const { content, check } = uploadOf(call.message)
  const { md5, crc32 } = await call.bucket.multipart.parts.put({
    key: partOf(call),
    content,
    check,
    headers: {},
  })
  return { status: 200, headers: { etag: `"${md5}"`, 'x-amz-checksum-crc32': crc32 }, body: '' }
}

/** Stores a part that is a copy of an object, or of a range of it. */
export const uploadPartCopy: S3Operation = async (call, context) => {
  const { headers } = call.request
  const source = sourceOf(headers)
  const from = context.bucketNamed(source.bucket)
  const object = existing(call.request, from, source.key, context)
  demandMatch(object, headers[`${copySource}-if-match`])
  const given = headers[`${copySource}-range`]
  const range = rangeOf(object, given === undefined ? undefined : String(given)) ?? {
    start: 0,
    end: object.size - 1,
  }
  const content = from.objects.read(object, range)
  const { md5, modifiedAt } = await call.bucket.multipart.parts.put({
    key: partOf(call),
    content,
    check() {},
    headers: {},
  })
  const LastModified = new Date(modifiedAt).toISOString()
  return { status: 200, body: xml('CopyPartResult', { ETag: `"${md5}"`, LastModified }) }
}

export const abortMultipartUpload: S3Operation = async (call) => {
  remove(call, uploadOfCall(call).id)
  return { status: 204, body: '' }
}

export const completeMultipartUpload: S3Operation = async (call, context) => {
  const { id, upload } = uploadOfCall(call)
  const { bucket, key, request } = call
  const parts = checkedParts(call, id, await listIn(call))
  const digests = parts.map(({ md5 }) => Buffer.from(md5, 'hex'))
  const etag = `${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}`
  const { size, sequencer } = await bucket.objects.put({
    key,
    content: contentOf(call, parts),
    headers: upload.headers,
    check() {},
    etag,
  })
  remove(call, id)
  announce(call, context, 'Object Created', {
    object: { key, size, etag, sequencer },
    reason: 'CompleteMultipartUpload',
  })
  const Location = `http://${request.headers.host}/${bucket.name}/${key}`
  const texts = { Location, Bucket: bucket.name, Key: key, ETag: `"${etag}"` }
  return { status: 200, body: xml('CompleteMultipartUploadResult', texts) }
}

async function* contentOf({ bucket }: S3Call, parts: readonly StoredObject[]): AsyncGenerator<Buffer> {
  for (const part of parts)
    if (part.size > 0) yield* bucket.multipart.parts.read(part, { start: 0, end: part.size - 1 })
}

/** Returns the upload that a call names. Throws NoSuchUpload if it is complete, was aborted, or has another key. */
function uploadOfCall({ bucket, key, query }: S3Call): {
  readonly id: string
  readonly upload: MultipartUpload
} {
  const id = query.get('uploadId') ?? ''
  const upload = bucket.multipart.uploads.get(id)
  if (upload !== undefined && upload.key === key) return { id, upload }
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
  throw new AwsError('NoSuchUpload', message, 404)
}

function partOf(call: S3Call): string {
  const number = Number(call.query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > mostParts)
    throw invalidArgument(`Part number must be an integer between 1 and ${mostParts}, inclusive`)
  return `${uploadOfCall(call).id}/${number}`
}

interface ListedPart {
  readonly number: number
  readonly etag: string
}

/** Reads the list of parts from the XML in the body of a call. */
async function listIn({ message }: S3Call): Promise<readonly ListedPart[]> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of bytesOf(message)) {
    bytes += chunk.length
    if (bytes > mostListBytes) throw malformed()
    chunks.push(chunk)
  }
  const [, ...parts] = Buffer.concat(chunks).toString().split('<Part>')
  if (parts.length === 0) throw malformed()
  return parts.map((part) => ({
    number: Number(textIn(part, 'PartNumber')),
    etag: textIn(part, 'ETag').replaceAll('&quot;', '').replaceAll('&#34;', '').replaceAll('"', ''),
  }))
}

/** Returns the text of the first element with this name. */
function textIn(part: string, name: string): string {
  const start = part.indexOf(`<${name}>`)
  const end = part.indexOf(`</${name}>`, start)
  if (start === -1 || end === -1) throw malformed()
  return part.slice(start + name.length + 2, end).trim()
}

/** Returns the stored parts of a list. Throws the error of S3 if the list is out of order, or names an unknown part. */
function checkedParts(
  { bucket }: S3Call,
  id: string,
  listed: readonly ListedPart[],
): readonly StoredObject[] {
  if (listed.some(({ number }, index) => index > 0 && number <= (listed[index - 1]?.number ?? 0)))
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.')
  return listed.map(({ number, etag }, index) => {
    const part = bucket.multipart.parts.find(`${id}/${number}`)
    if (part === undefined || part.md5 !== etag)
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.')
    if (part.size < smallestPart && index < listed.length - 1)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    return part
  })
}

function remove({ bucket: { multipart } }: S3Call, id: string): void {
  multipart.uploads.delete(id)
  for (const [key] of [...multipart.parts.entries()])
    if (key.startsWith(`${id}/`)) multipart.parts.delete(key)
}

function malformed(): AwsError {
  const reason = 'The XML you provided was not well-formed or did not validate against our published schema'
  return new AwsError('MalformedXML', reason)
}
