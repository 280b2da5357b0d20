import { isFromPage } from '../../gateway/gate.ts'
import { xml } from '../../gateway/xml.ts'
import type { S3Call, S3Context, S3Operation } from './call.ts'
import { accessDenied, notTheDeveloper } from './errors.ts'
import { keyFieldOf, keyOfForm, readForm } from './form.ts'
import { demandMatch, keptHeaders, preconditionFailed } from './headers.ts'
import { announce } from './notifications.ts'
import { isMarker, type StoredObject } from './objects.ts'
import { permissionOn } from './permissions.ts'
import { admit } from './post-policy.ts'
import { existing } from './reading.ts'
import { copySource, percentEncoded, sourceOf } from './target.ts'
import { type Upload, uploadOf } from './upload.ts'

/** Stores an object and sends its event. `reason` is the operation, as EventBridge names it. */
async function put(
  call: S3Call,
  context: S3Context,
  o: {
    readonly key: string
    readonly upload: Upload
    readonly headers: Readonly<Record<string, string>>
    readonly reason: string
  },
): Promise<StoredObject> {
  const { key, headers, reason } = o
  const stored = await call.bucket.objects.put({ ...o.upload, key, headers })
  const { size, md5: etag, sequencer } = stored
  announce(call, context, 'Object Created', { object: { key, size, etag, sequencer }, reason })
  return stored
}

export const putObject: S3Operation = async (call, context) => {
  const { key, message, bucket } = call
  const demandNone = () => {
    if (message.headers['if-none-match'] !== undefined && bucket.objects.find(key)) throw preconditionFailed()
  }
  demandNone()
  const headers = keptHeaders(
    Object.entries(message.headers).map(([name, value]) => [name, inUtf8(value)] as const),
  )
  const { content, check } = uploadOf(message)
  const upload: Upload = {
    content,
    check(written) {
      check(written)
      // Another writer may have been faster.
      demandNone()
    },
  }
  const { md5, crc32 } = await put(call, context, { key, upload, headers, reason: 'PutObject' })
  return { status: 200, headers: { etag: `"${md5}"`, 'x-amz-checksum-crc32': crc32 }, body: '' }
}

export const copyObject: S3Operation = async (call, context) => {
  const { request, key } = call
  const source = sourceOf(request.headers)
  const from = context.bucketNamed(source.bucket)
  const object = existing(request, from, source.key, context)
  demandMatch(object, request.headers[`${copySource}-if-match`])
  const content = object.size === 0 ? empty() : from.objects.read(object, { start: 0, end: object.size - 1 })
  const { md5, modifiedAt } = await put(call, context, {
    key,
    upload: { content, check() {} },
    headers: object.headers,
    reason: 'CopyObject',
  })
  const texts = { ETag: `"${md5}"`, LastModified: new Date(modifiedAt).toISOString() }
  return { status: 200, body: xml('CopyObjectResult', texts) }
}

/** Stores the file of a form. The function that signed the form must still have the permission to put it. */
export const postObject: S3Operation = async (call, context) => {
  const { request, message, bucket } = call
  const form = await readForm(message)
  keyFieldOf(form)
  const { signer, upload } = admit(context.signers, bucket.name, form)
  if (isFromPage(request) && !context.signers.isFunction(signer)) throw accessDenied(notTheDeveloper)
  const key = keyOfForm(form)
  const permission = permissionOn('PutObject', { bucket: bucket.name, key })
  context.demand({ ...request, caller: signer }, [permission])
  const headers = keptHeaders(form.fields)
  const { md5 } = await put(call, context, { key, upload, headers, reason: 'POST Object' })
  const etag = `"${md5}"`
  const path = key.split('/').map(percentEncoded).join('/')
  const location = `http://${request.headers.host}/${bucket.name}/${path}`
  const status = form.fields.get('success_action_status') ?? ''
  const body = xml('PostResponse', { Location: location, Bucket: bucket.name, Key: key, ETag: etag })
  return {
    status: ['200', '201'].includes(status) ? Number(status) : 204,
    headers: { etag, location },
    body: status === '201' ? body : '',
  }
}

export const deleteObject: S3Operation = async (call, context) => {
  const { bucket, key, query } = call
  const named = query.get('versionId') ?? undefined
  const version = bucket.objects.delete(key, named)
  if (version === undefined) return { status: 204, body: '' }
  const { sequencer, versionId } = version
  const marks = named === undefined && isMarker(version)
  announce(call, context, 'Object Deleted', {
    object: { key, sequencer, ...(versionId !== undefined && { 'version-id': versionId }) },
    reason: 'DeleteObject',
    'deletion-type': marks ? 'Delete Marker Created' : 'Permanently Deleted',
  })
  const headers = {
    ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
    ...(isMarker(version) && { 'x-amz-delete-marker': 'true' }),
  }
  return { status: 204, headers, body: '' }
}

async function* empty(): AsyncGenerator<Buffer> {}

/** Decodes a header as UTF-8, because Node decodes it as Latin-1. */
function inUtf8(value: string | string[] | undefined): string {
  return Buffer.from(String(value), 'latin1').toString()
}
