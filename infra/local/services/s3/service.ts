import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Properties } from '../../cloud/template.ts'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  type Log,
  type Permission,
} from '../../gateway/aws-service.ts'
import type { Permissions } from '../../iam/permissions.ts'
import type { BusEvent } from '../eventbridge/input.ts'
import { corsHeaders, preflight } from './cors.ts'
import { accessDenied, inWordsOfS3, notModelled, xml } from './errors.ts'
import { keyOfForm, readForm } from './form.ts'
import { checkHeaders, demandMatch, keptHeaders, rangeOf, servedHeaders } from './headers.ts'
import { type Objects, openObjects, type StoredObject } from './objects.ts'
import { s3Operations } from './operations.ts'
import { permissionOn, permissionsOf } from './permissions.ts'
import { admit } from './post-policy.ts'
import { presignerOf, type Signers } from './signed.ts'
import {
  copySource,
  type PathAndQuery,
  pathAndQueryOf,
  percentEncoded,
  sourceOf,
  targetOf,
} from './target.ts'
import { type BucketSettings, bucketArnOf, readBucket } from './template.ts'
import { type Upload, uploadOf } from './upload.ts'

type Headers = Readonly<Record<string, string>>

interface Bucket extends BucketSettings {
  readonly objects: Objects
}

interface Call {
  readonly request: AwsRequest
  readonly message: IncomingMessage
  readonly bucket: Bucket
  /** Empty where a form says it. */
  readonly key: string
  readonly query: URLSearchParams
  readonly id: string
}

const checksumMode = 'x-amz-checksum-mode'
const methods: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}
/** What a URL may say of a call; anything else makes another operation of it. */
const modelledQuery =
  /^(x-id|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)|x-amz-checksum-mode|response-[a-z-]+)$/

/**
 * S3 for the buckets of a template, called by path (`/bucket/key`), their objects in files under `dataDir`. Of calls that
 * a function or the developer signs, it is read who did. Presigned URLs and forms are in the hands of others: there the
 * signature is checked with all that it is about, and then whether its signer may do that now.
 *
 * @throws Error that names what of a bucket is not modelled.
 */
export function openS3(o: {
  readonly signers: Signers
  readonly dataDir: string
  /** The names of the buckets and their properties, resolved. */
  readonly buckets: readonly { readonly name: string; readonly properties: Properties }[]
  readonly refusal: Permissions['refusal']
  /** Takes an event for EventBridge, durably. */
  readonly publish: (event: BusEvent) => void
  readonly log: Log
}): AwsService {
  const buckets = new Map(
    o.buckets.map(({ name, properties }): [string, Bucket] => {
      const settings = readBucket(name, properties)
      return [name, { ...settings, objects: openObjects(join(o.dataDir, 's3', name)) }]
    }),
  )
  const bucketIn = ({ path = '' }: AwsRequest) => buckets.get(path.split('/')[1] ?? '')
  const bucketNamed = (name: string): Bucket => {
    const bucket = buckets.get(name)
    if (bucket === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
    return bucket
  }

  /** Throws unless the caller may do this. */
  function demand(request: AwsRequest, needed: readonly Permission[]): void {
    const refusal = o.refusal(request, { permissions: () => needed })
    if (refusal === undefined) return
    o.log(request.caller ?? 's3', `refused: ${refusal}`)
    throw accessDenied(refusal)
  }

  function announce(
    { bucket: { name, sendsEvents }, id, message }: Call,
    kind: string,
    detail: object,
  ): void {
    if (!sendsEvents) return
    const requester = { requester: '000000000000', 'source-ip-address': message.socket.remoteAddress }
    o.publish({
      source: 'aws.s3',
      'detail-type': kind,
      resources: [bucketArnOf(name)],
      detail: { version: '0', bucket: { name }, 'request-id': id, ...requester, ...detail },
    })
  }

  async function put(call: Call, key: string, upload: Upload, headers: Headers, reason: string) {
    const stored = await call.bucket.objects.put({ ...upload, key, headers })
    const { size, md5: etag, sequencer } = stored
    announce(call, 'Object Created', { object: { key, size, etag, sequencer }, reason })
    return stored
  }

  function existing(request: AwsRequest, bucket: Bucket, key: string): StoredObject {
    const object = bucket.objects.find(key)
    if (object !== undefined) return object
    // Whoever may not list the keys does not learn that there is none.
    demand(request, [{ action: 's3:ListBucket', resource: bucketArnOf(bucket.name) }])
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
  }

  async function get({ request, bucket, key, query }: Call, withContent: boolean): Promise<AwsResponse> {
    const object = existing(request, bucket, key)
    demandMatch(object, request.headers['if-match'])
    const range = rangeOf(object, request.headers.range)
    const checksum = (request.headers[checksumMode] ?? query.get(checksumMode)) === 'ENABLED'
    const isEmpty = !withContent || object.size === 0
    return {
      status: range ? 206 : 200,
      headers: servedHeaders(object, range, { query, checksum }),
      body: isEmpty ? '' : () => bucket.objects.read(object, range ?? { start: 0, end: object.size - 1 }),
    }
  }

  async function post(call: Call): Promise<AwsResponse> {
    const { request, message, bucket } = call
    const form = await readForm(message)
    const { signer, upload } = admit(o.signers, bucket.name, form)
    const key = keyOfForm(form)
    demand({ ...request, caller: signer }, [permissionOn('PutObject', { bucket: bucket.name, key })])
    const { md5 } = await put(call, key, upload, keptHeaders(form.fields), 'POST Object')
    const etag = `"${md5}"`
    const location = `http://${request.headers.host}/${bucket.name}/${key.split('/').map(percentEncoded).join('/')}`
    const status = form.fields.get('success_action_status') ?? ''
    const body = xml('PostResponse', { Location: location, Bucket: bucket.name, Key: key, ETag: etag })
    return {
      status: ['200', '201'].includes(status) ? Number(status) : 204,
      headers: { etag, location },
      body: status === '201' ? body : '',
    }
  }

  const handlers: Readonly<Record<string, (call: Call) => Promise<AwsResponse>>> = {
    async PutObject(call) {
      const { key, message } = call
      const headers = Object.entries(message.headers).map(([name, value]) => [name, inUtf8(value)] as const)
      const { md5, crc32 } = await put(call, key, uploadOf(message), keptHeaders(headers), 'PutObject')
      return { status: 200, headers: { etag: `"${md5}"`, 'x-amz-checksum-crc32': crc32 }, body: '' }
    },
    async CopyObject(call) {
      const { request, key } = call
      const source = sourceOf(request.headers)
      const from = bucketNamed(source.bucket)
      const object = existing(request, from, source.key)
      demandMatch(object, request.headers[`${copySource}-if-match`])
      const content =
        object.size === 0 ? empty() : from.objects.read(object, { start: 0, end: object.size - 1 })
      const { md5, modifiedAt } = await put(call, key, { content, check() {} }, object.headers, 'CopyObject')
      const texts = { ETag: `"${md5}"`, LastModified: new Date(modifiedAt).toISOString() }
      return { status: 200, body: xml('CopyObjectResult', texts) }
    },
    GetObject: (call) => get(call, true),
    HeadObject: (call) => get(call, false),
    async DeleteObject(call) {
      const { bucket, key } = call
      const sequencer = bucket.objects.delete(key)
      const object = { key, sequencer }
      const reason = 'DeleteObject'
      if (sequencer !== undefined)
        announce(call, 'Object Deleted', { object, reason, 'deletion-type': 'Permanently Deleted' })
      return { status: 204, body: '' }
    },
    PostObject: post,
    Preflight: async ({ bucket, message }) => preflight(bucket.corsRules, message.headers),
  }

  /** A call, of which it is known who may do it: those that were handed out are checked here, the others by the gateway. */
  function admitted(request: AwsRequest, method: string, target: PathAndQuery): AwsRequest {
    if (isSigned(request) || permissionsOf(request).length === 0) return request
    if (!target.query.has('X-Amz-Credential')) throw accessDenied()
    const caller = presignerOf(o.signers, { method, headers: request.headers, target })
    const presigned = { ...request, caller }
    demand(presigned, permissionsOf(presigned))
    return presigned
  }

  async function carryOut(given: AwsRequest): Promise<AwsResponse> {
    const { message, path = '', headers, operation } = given
    const handler = handlers[operation]
    if (message === undefined || handler === undefined) throw notModelled(operation)
    const bucket = bucketNamed(path.split('/')[1] ?? '')
    const method = message.method ?? ''
    const target = pathAndQueryOf(message.url ?? '')
    checkHeaders(method, operation, headers)
    const request = admitted(given, method, target)
    const id = newRequestId()
    const { key } = targetOf(path)
    const answered = await handler({ request, message, bucket, key, query: target.query, id })
    return { ...answered, headers: { ...commonHeaders(id), ...corsOf(request), ...answered.headers } }
  }

  function corsOf(request: AwsRequest): Headers {
    return corsHeaders(bucketIn(request)?.corsRules ?? [], request.message?.method ?? '', request.headers)
  }

  return {
    targets: [],
    rest: {
      signedFor: 's3',
      operationOf(method, path, query) {
        const [, name, ...key] = path.split('/')
        if (method === 'OPTIONS') return 'Preflight'
        if ([...query.keys()].some((parameter) => !modelledQuery.test(parameter))) return undefined
        // Only the SDK says so here; to any other client it is a PutObject with a header that is not modelled.
        if (method === 'PUT' && query.get('x-id') === 'CopyObject') return 'CopyObject'
        if (key.join('/') !== '') return methods[method]
        return method === 'POST' && name !== '' ? 'PostObject' : undefined
      },
      open: {
        takes: (path) => buckets.has(path.split('/')[1] ?? ''),
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
    permissions: (request) => (isSigned(request) ? permissionsOf(request) : []),
    handle: carryOut,
  }
}

async function* empty(): AsyncGenerator<Buffer> {}

/** The bytes of a header are those of a text in UTF-8, whatever HTTP calls them. */
function inUtf8(value: string | string[] | undefined): string {
  return Buffer.from(String(value), 'latin1').toString()
}

/** Whether a call says in its headers who makes it. */
function isSigned({ headers }: AwsRequest): boolean {
  return headers.authorization !== undefined
}

function newRequestId(): string {
  return randomBytes(8).toString('hex').toUpperCase()
}

/** Of any answer that says nothing else. */
function commonHeaders(requestId: string): Headers {
  return { 'content-type': 'application/xml', 'x-amz-request-id': requestId, 'x-amzn-requestid': requestId }
}
