import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Bucket,
  developerHeaders,
  errorOf,
  type OpenBucket,
  objectArn,
  openBucket,
} from '../../../../kit/local-cloud/local-bucket.ts'
import { dataDir, lines, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const Key = 'uploads/photo.jpg'
let bucket: OpenBucket
let client: S3Client

withDataDir()
beforeEach(async () => {
  bucket = await openBucket()
  client = bucket.clientOf()
})

const put = (input: Partial<PutObjectCommandInput> = {}, by = client) =>
  by.send(new PutObjectCommand({ Bucket, Key, Body: 'content', ...input }))
const get = (input: Partial<GetObjectCommandInput> = {}, by = client) =>
  by.send(new GetObjectCommand({ Bucket, Key, ...input }))
const head = (input = {}, by = client) => by.send(new HeadObjectCommand({ Bucket, Key, ...input }))
const remove = (input = {}, by = client) => by.send(new DeleteObjectCommand({ Bucket, Key, ...input }))
const textOf = async (input: Partial<GetObjectCommandInput> = {}) =>
  (await get(input)).Body?.transformToString()

describe('an object', () => {
  it('is returned as it was put, with its attributes', async () => {
    const { ETag } = await put({ ContentType: 'image/jpeg', Metadata: { owner: 'ann' } })
    expect(ETag).toBe('"9a0364b9e99bb480dd25e1f0284c8555"')
    const described = {
      ETag,
      ContentType: 'image/jpeg',
      ContentLength: 7,
      Metadata: { owner: 'ann' },
      AcceptRanges: 'bytes',
      LastModified: expect.any(Date),
    }
    expect(await get()).toMatchObject(described)
    expect(await head()).toMatchObject(described)
    expect(await textOf()).toBe('content')
  })

  it('keeps the headers of its put', async () => {
    const headers = {
      CacheControl: 'max-age=60',
      ContentDisposition: 'inline',
      ContentEncoding: 'gzip',
      ContentLanguage: 'en',
      Metadata: { name: 'plain' },
    }
    await put(headers)
    expect(await head()).toMatchObject(headers)
  })

  it('may be empty', async () => {
    await put({ Body: '' })
    expect(await get()).toMatchObject({ ContentLength: 0, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' })
    expect(await textOf()).toBe('')
  })

  it('is replaced as a whole', async () => {
    await put({ Metadata: { first: '1' } })
    await put({ Body: 'other', Metadata: { second: '2' } })
    expect(await textOf()).toBe('other')
    expect((await head()).Metadata).toEqual({ second: '2' })
  })

  it('is deleted, and a second deletion is no error', async () => {
    await put()
    await remove()
    await remove()
    await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } })
    await expect(head()).rejects.toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } })
  })

  it('may have 100 MB', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    const Body = Readable.from(Array<Buffer>(100).fill(megabyte))
    await put({ Body, ContentLength: 100 * megabyte.length })
    let bytes = 0
    for await (const chunk of (await get()).Body as Readable) bytes += chunk.length // in Node the body is a stream
    expect(bytes).toBe(100 * megabyte.length)
  })

  it('is kept when the local cloud starts again', async () => {
    await put({ Metadata: { owner: 'ann' } })
    bucket = await openBucket()
    client = bucket.clientOf()
    expect(await textOf()).toBe('content')
    expect((await head()).Metadata).toEqual({ owner: 'ann' })
  })
})

it('an object whose upload breaks off does not exist, and leaves nothing', async () => {
  await put({ Key: 'other' })
  const folder = join(dataDir, 's3', Bucket)
  const files = readdirSync(folder)
  const socket = connect(Number(new URL(bucket.url).port), '127.0.0.1')
  const signed = Object.entries(developerHeaders()).map(([name, value]) => `${name}: ${value}\r\n`)
  const headers = `host: ${new URL(bucket.url).host}\r\n${signed.join('')}content-length: 100`
  socket.write(`PUT /${Bucket}/${Key} HTTP/1.1\r\n${headers}\r\n\r\ncontent`)
  const quick = { timeout: 10_000, interval: 5 }
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(files.length + 1), quick)
  socket.destroy()
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual(files), quick)
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect(lines).toEqual([])
})

describe('a range', () => {
  beforeEach(() => put({ Body: '0123456789' }))

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-4', '4', 'bytes 4-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('%s returns a part', async (Range, text, ContentRange) => {
    const answer = await get({ Range })
    expect(answer).toMatchObject({
      ContentRange,
      ContentLength: text.length,
      $metadata: { httpStatusCode: 206 },
    })
    expect(await answer.Body?.transformToString()).toBe(text)
  })

  it.each(['bytes=10-', 'bytes=-0'])('%s is refused', async (Range) => {
    await expect(get({ Range })).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    })
  })

  it.each(['bytes=3-1', 'lines=0-1', 'bytes=0-1,4-5'])('%s is ignored', async (Range) => {
    expect(await textOf({ Range })).toBe('0123456789')
  })
})

describe('a checksum', () => {
  it('is returned on request with a whole object, and not with a part of it', async () => {
    const { ChecksumCRC32 } = await put()
    expect(ChecksumCRC32).toBe('/sUwqQ==')
    expect(await get()).toMatchObject({ ChecksumCRC32 })
    expect((await get({ Range: 'bytes=0-1' })).ChecksumCRC32).toBeUndefined()
    expect(await head({ ChecksumMode: 'ENABLED' })).toMatchObject({ ChecksumCRC32 })
    expect((await head()).ChecksumCRC32).toBeUndefined()
  })

  it.each([
    ['a text', 'content'],
    ['a stream', Readable.from([Buffer.from('content')])],
  ])('that is wrong refuses %s, and the present object stays', async (_, Body) => {
    await put({ Body: 'before' })
    const wrong = put({ Body, ContentLength: 7, ChecksumCRC32: 'AAAAAA==' })
    await expect(wrong).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } })
    expect(await textOf()).toBe('before')
  })
})

/** Puts an object without the SDK's client, because that always sends headers that match the body. */
const putRaw = (body: string, headers: Record<string, string>) =>
  fetch(`${bucket.url}/${Key}`, {
    method: 'PUT',
    body,
    headers: { ...developerHeaders(), ...headers },
  })

describe('a body in chunks', () => {
  const framed = (over: Record<string, string> = {}) => ({
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '7',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
    ...over,
  })
  const trailer = 'x-amz-checksum-crc32:/sUwqQ==\r\n\r\n'

  it.each([
    ['with a trailer', `3\r\ncon\r\n4\r\ntent\r\n0\r\n${trailer}`, {}],
    [
      'with signatures',
      `7;chunk-signature=00\r\ncontent\r\n0;chunk-signature=00\r\n${trailer}`,
      { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER' },
    ],
  ])('%s is stored without its framing', async (_, body, over) => {
    expect((await putRaw(body, framed(over))).status).toBe(200)
    expect(await textOf()).toBe('content')
    expect((await head()).ContentEncoding).toBeUndefined()
  })

  it.each([
    [
      'a wrong checksum after the last chunk',
      'BadDigest',
      '7\r\ncontent\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
    ],
    ['no checksum although one is announced', 'IncompleteBody', '7\r\ncontent\r\n0\r\n\r\n'],
    ['the last chunk missing', 'IncompleteBody', '7\r\ncontent\r\n'],
    ['another length than announced', 'IncompleteBody', `6\r\nconten\r\n0\r\n${trailer}`],
    ['no chunks', 'IncompleteBody', 'content'],
    ['a chunk longer than announced', 'IncompleteBody', `6\r\ncontent\r\n0\r\n${trailer}`],
  ])('is refused with %s', async (_, code, body) => {
    const answer = await putRaw(body, framed())
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining(`<Code>${code}</Code>`),
    ])
    await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' })
  })
})

describe('an unmodelled request', () => {
  it.each([
    ['x-amz-acl', { ACL: 'public-read' }],
    ['x-amz-tagging', { Tagging: 'a=b' }],
    ['if-none-match', { IfNoneMatch: '"an etag"' }],
    ['content-md5', { ContentMD5: 'mgNkuembtIDdJeHwKEyFVQ==' }],
    ['x-amz-checksum-sha256', { ChecksumSHA256: 'x' }],
  ])('is refused by its name: the header %s', async (name, input) => {
    await expect(put(input as PutObjectCommandInput)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: `${name} is not modelled by the local cloud`,
    })
  })

  it('is refused by its name: an operation', async () => {
    await expect(client.send(new GetBucketAclCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('GET /annals-uploads/ is not modelled'),
    })
  })

  it('is refused by its name: an operation that only its query distinguishes', async () => {
    await put()
    const answer = await putRaw('', {})
    expect(answer.status).toBe(200)
    const tagging = await fetch(`${bucket.url}/${Key}?acl`, {
      headers: developerHeaders(),
    })
    expect(tagging.status).toBe(501)
  })
})

describe('a condition', () => {
  it('of a read is honoured: an unchanged object is not sent again', async () => {
    const { ETag = '' } = await put()
    const { LastModified = new Date() } = await head()
    const ask = (headers: Record<string, string>, method = 'GET') =>
      fetch(`${bucket.url}/${Key}`, { method, headers: { ...developerHeaders(), ...headers } })
    for (const etags of [ETag, `"other", ${ETag}`, `W/${ETag}`, '*']) {
      const answer = await ask({ 'if-none-match': etags })
      expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', ETag])
    }
    expect((await ask({ 'if-none-match': ETag }, 'HEAD')).status).toBe(304)
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
    const [then, before] = [LastModified, new Date(LastModified.getTime() - 60_000)].map((at) =>
      at.toUTCString(),
    )
    expect((await ask({ 'if-modified-since': then ?? '' })).status).toBe(304)
    expect((await ask({ 'if-modified-since': before ?? '' })).status).toBe(200)
    expect((await ask({ 'if-modified-since': then ?? '', 'if-none-match': '"other"' })).status).toBe(200)
    expect((await ask({ 'if-unmodified-since': before ?? '' })).status).toBe(412)
  })

  it('of a write is honoured: If-None-Match `*` replaces nothing', async () => {
    await put({ Body: 'first', IfNoneMatch: '*' })
    await expect(put({ Body: 'second', IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    expect(await textOf()).toBe('first')
  })
})

describe('an Authorization header', () => {
  const ask = async (headers: Record<string, string>, query = '') =>
    errorOf(await fetch(`${bucket.url}/${Key}${query}`, { headers }))
  const signed = developerHeaders()

  it.each([
    [
      'with an unknown scheme',
      { authorization: 'Bearer x' },
      'InvalidArgument: Unsupported Authorization Type',
    ],
    ['with the old signature', { authorization: 'AWS key:signature' }, 'InvalidArgument: Unsupported'],
    ['that is malformed', { authorization: 'AWS4-HMAC-SHA256 x' }, 'AuthorizationHeaderMalformed: '],
    [
      'without a signature',
      { authorization: String(signed['authorization']).replace(/Signature=.*/, 'Signature=') },
      'AuthorizationHeaderMalformed: ',
    ],
    ['from another time', { 'x-amz-date': '20260101T000000Z' }, 'RequestTimeTooSkewed: '],
    [
      'that the named function did not sign',
      { authorization: String(signed['authorization']).replace('=any/', '=Pipeline/') },
      'SignatureDoesNotMatch: ',
    ],
  ])('%s is refused', async (_, over, error) => {
    expect(await ask({ ...developerHeaders(), ...over })).toContain(error)
  })

  it('of a function that signs with its secret is accepted', async () => {
    await put()
    await expect(get({}, bucket.clientOf('Pipeline'))).resolves.toBeDefined()
    await expect(get({}, bucket.clientOf('Pipeline', 'wrong'))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    })
  })

  it('makes no presigned link valid: only one signature is allowed', async () => {
    await put()
    const link = '?X-Amz-Credential=x/20260101/eu-west-1/s3/aws4_request&X-Amz-Signature=00'
    expect(await ask(developerHeaders(), link)).toContain('InvalidArgument: Only one auth mechanism allowed')
    expect(await ask({ authorization: 'x' }, link)).toContain(
      'InvalidArgument: Only one auth mechanism allowed',
    )
  })
})

describe('a role', () => {
  beforeEach(() => put())

  it.each([
    ['PutObject', () => put({}, bucket.clientOf('Queries')), 's3:PutObject'],
    ['PutObject elsewhere', () => put({ Key: 'other' }, bucket.clientOf('Commands')), 's3:PutObject'],
    ['GetObject', () => get({}, bucket.clientOf('Commands')), 's3:GetObject'],
    ['DeleteObject', () => remove({}, bucket.clientOf('Queries')), 's3:DeleteObject'],
  ])('without the grant is refused: %s', async (_, call, action) => {
    await expect(call()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: ${action}`),
      $metadata: { httpStatusCode: 403 },
    })
    expect(lines.at(-1)).toContain(`refused: User: arn:aws:sts`)
    expect(await textOf()).toBe('content')
  })

  it('without the grant is refused: HeadObject, whose response has no body for the reason', async () => {
    await expect(head({}, bucket.clientOf('Commands'))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
  })

  it('may use its grants', async () => {
    const pipeline = bucket.clientOf('Pipeline')
    await put({ Key: 'thumbnails/photo.jpg' }, pipeline)
    await head({}, pipeline)
    await get({}, pipeline)
    await remove({}, pipeline)
    await put({}, bucket.clientOf('Commands'))
  })

  it('learns that a key is missing only if it may list the bucket', async () => {
    const missing = { Key: 'none' }
    await expect(get(missing, bucket.clientOf('Pipeline'))).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(get(missing, bucket.clientOf('Queries'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    })
    const described = head(missing, bucket.clientOf('Queries'))
    await expect(described).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  })

  it("may not use what the bucket denies everyone; the bucket's requirement of TLS has no effect", async () => {
    const everyone = { Effect: 'Deny', Principal: { AWS: '*' }, Resource: objectArn }
    const tls = { ...everyone, Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }
    bucket = await openBucket({}, [tls, { ...everyone, Action: 's3:DeleteObject' }])
    await get({}, bucket.clientOf('Pipeline'))
    const refused = { name: 'AccessDenied', message: expect.stringContaining('resource-based policy') }
    await expect(remove({}, bucket.clientOf('Pipeline'))).rejects.toMatchObject(refused)
    await expect(remove({}, bucket.clientOf())).rejects.toMatchObject(refused)
  })
})

describe('a request', () => {
  it('for a missing bucket is refused as S3 does', async () => {
    await expect(get({ Bucket: 'other' })).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  it('without a signature is refused as S3 does', async () => {
    await put()
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(`${bucket.url}/${Key}`, { method })).status).toBe(403)
  })
})

describe('an event', () => {
  const sent = { NotificationConfiguration: { EventBridgeConfiguration: {} } }

  it("reports each put or deleted object, in S3's shape", async () => {
    bucket = await openBucket(sent)
    client = bucket.clientOf()
    const { $metadata } = await put()
    await put()
    await remove()
    await remove()
    const detail = {
      version: '0',
      bucket: { name: Bucket },
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      'request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
    }
    const created = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      resources: [`arn:aws:s3:::${Bucket}`],
      detail: {
        ...detail,
        reason: 'PutObject',
        object: {
          key: Key,
          size: 7,
          etag: '9a0364b9e99bb480dd25e1f0284c8555',
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
      },
    }
    const object = { key: Key, sequencer: expect.any(String) }
    const deleted = {
      ...created,
      'detail-type': 'Object Deleted',
      detail: { ...detail, object, reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
    }
    expect(bucket.events).toEqual([created, created, deleted])
    expect(bucket.events[0]).toMatchObject({ detail: { 'request-id': $metadata.requestId } })
    const sequencers = bucket.events.map((event) => (event as typeof deleted).detail.object.sequencer) // checked above
    expect([...sequencers].sort()).toEqual(sequencers)
    expect(new Set(sequencers).size).toBe(3)
  })

  it('is not sent by a bucket without that setting', async () => {
    await put()
    expect(bucket.events).toEqual([])
  })

  it('is not sent for a refused request', async () => {
    bucket = await openBucket(sent)
    await expect(put({ ChecksumCRC32: 'AAAAAA==' }, bucket.clientOf())).rejects.toThrow()
    expect(bucket.events).toEqual([])
  })
})

describe('a fault', () => {
  it.each([
    ['throttle', { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }, 'before'],
    ['fail', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, 'before'],
    ['fail-after', { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, 'content'],
    ['lose-answer', { code: 'ECONNRESET' }, 'content'],
  ] as const)("appears as S3's own error: %s", async (fault, error, left) => {
    await put({ Body: 'before' })
    bucket.faults.next(fault, { at: /^PutObject Commands$/ })
    await expect(put({}, bucket.clientOf('Commands'))).rejects.toMatchObject(error)
    expect(await textOf()).toBe(left)
  })
})
