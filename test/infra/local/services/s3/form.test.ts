import { connect } from 'node:net'
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Bucket,
  errorOf,
  type OpenBucket,
  openBucket,
  pass,
} from '../../../../kit/local-cloud/local-bucket.ts'
import { lines, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const Key = 'uploads/photo.jpg'
let bucket: OpenBucket

withDataDir()
beforeEach(async () => {
  bucket = await openBucket({ NotificationConfiguration: { EventBridgeConfiguration: {} } })
})
afterEach(() => void vi.useRealTimers())

/** A form that is signed in the same way as by a command. */
const sign = (over: Partial<PresignedPostOptions> = {}, ...by: Parameters<OpenBucket['clientOf']>) =>
  createPresignedPost(bucket.clientOf(...(by.length > 0 ? by : (['Commands'] as const))), {
    Bucket,
    Key,
    Expires: 60,
    Conditions: [['content-length-range', 2, 1_000_000], { 'x-amz-meta-upload': 'u-1' }],
    Fields: { 'Content-Type': 'image/jpeg', 'x-amz-meta-upload': 'u-1' },
    ...over,
  })

type Fields = Record<string, string>

function post(fields: Fields, file: string | Buffer = 'content', url = bucket.url): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([file], { type: 'text/plain' }), 'any name.txt')
  return fetch(url, { method: 'POST', body: form })
}

const developer = () => bucket.clientOf()
const get = () => developer().send(new GetObjectCommand({ Bucket, Key }))
const head = () => developer().send(new HeadObjectCommand({ Bucket, Key }))

describe('a form', () => {
  it('posts a file with the signed key, type and metadata', async () => {
    const { url, fields } = await sign()
    expect(url).toBe(bucket.url)
    const answer = await post(fields)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(answer.headers.get('etag')).toBe('"9a0364b9e99bb480dd25e1f0284c8555"')
    expect(answer.headers.get('location')).toBe(`${bucket.url}/${Key}`)
    const object = await get()
    expect(object).toMatchObject({ ContentType: 'image/jpeg', Metadata: { upload: 'u-1' } })
    expect(await object.Body?.transformToString()).toBe('content')
  })

  it('notifies EventBridge', async () => {
    const { fields } = await sign()
    await post(fields)
    expect(bucket.events).toMatchObject([
      { 'detail-type': 'Object Created', detail: { reason: 'POST Object', object: { key: Key, size: 7 } } },
    ])
  })

  it.each([
    ['200', 200, ''],
    ['204', 204, ''],
    [
      '201',
      201,
      `<Bucket>${Bucket}</Bucket><Key>${Key}</Key><ETag>&#34;9a0364b9e99bb480dd25e1f0284c8555&#34;</ETag>`,
    ],
    ['302', 204, ''],
  ])('is answered with the requested status %s if S3 knows it', async (wanted, status, body) => {
    const { fields } = await sign({ Fields: { success_action_status: wanted }, Conditions: [] })
    const answer = await post(fields)
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(body)])
  })

  it('accepts a file that contains text like its boundary', async () => {
    const { fields } = await sign()
    const file = `\r\n--\r\n----\r\n------formdata-undici\r\n-${'\r\n'.repeat(70_000)}`
    expect((await post(fields, file)).status).toBe(204)
    expect(await (await get()).Body?.transformToString()).toBe(file)
  })

  it('keeps a file of unknown type, and returns non-ASCII characters as S3 does', async () => {
    const { fields } = await sign({ Fields: { 'x-amz-meta-name': 'Grüße' }, Conditions: [] })
    await post(fields)
    expect(await head()).toMatchObject({
      ContentType: 'binary/octet-stream',
      Metadata: { name: '=?UTF-8?B?R3LDvMOfZQ==?=' },
    })
  })

  it('may be signed by the developer', async () => {
    const { fields } = await sign({}, 'developer')
    expect((await post(fields)).status).toBe(204)
  })

  it('may leave the end of a field to the sender, and contain fields that are ignored', async () => {
    const { fields } = await sign({
      Fields: {},
      Conditions: [['starts-with', '$Content-Type', 'image/']],
    })
    const answer = await post({ ...fields, 'content-type': 'image/png', 'x-ignore-me': 'x' })
    expect(answer.status).toBe(204)
    expect((await head()).ContentType).toBe('image/png')
  })
})

describe('a form is refused', () => {
  const failed = 'AccessDenied: Invalid according to Policy: '
  const without = (name: string) => (fields: Fields) =>
    Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name))
  const withPolicy = (change: (policy: { conditions: unknown[] }) => unknown) => (fields: Fields) => {
    const policy = JSON.parse(Buffer.from(fields['Policy'] ?? '', 'base64').toString())
    return { ...fields, Policy: Buffer.from(JSON.stringify(change(policy))).toString('base64') }
  }

  it.each<[string, (fields: Fields) => Fields, string]>([
    ['with another key', (f) => ({ ...f, key: 'uploads/other' }), `${failed}Policy Condition failed: `],
    [
      'with another type',
      (f) => ({ ...f, 'Content-Type': 'text/html' }),
      `${failed}Policy Condition failed: `,
    ],
    [
      'with other metadata',
      (f) => ({ ...f, 'x-amz-meta-upload': 'u-2' }),
      `${failed}Policy Condition failed: `,
    ],
    ['without a signed field', without('x-amz-meta-upload'), `${failed}Policy Condition failed: `],
    [
      'with an additional field',
      (f) => ({ ...f, 'x-amz-meta-x': '1' }),
      `${failed}Extra input fields: x-amz-meta-x`,
    ],
    [
      'with a policy that allows more',
      withPolicy(({ conditions, ...rest }) => ({ ...rest, conditions: conditions.slice(1) })),
      'SignatureDoesNotMatch: ',
    ],
    [
      'with a policy that lasts longer',
      withPolicy((policy) => ({ ...policy, expiration: '2100-01-01T00:00:00Z' })),
      'SignatureDoesNotMatch: ',
    ],
    ['with another signature', (f) => ({ ...f, 'X-Amz-Signature': '00' }), 'SignatureDoesNotMatch: '],
    [
      'in the name of another function',
      (f) => ({ ...f, 'X-Amz-Credential': (f['X-Amz-Credential'] ?? '').replace('Commands', 'Pipeline') }),
      `${failed}Policy Condition failed: `,
    ],
    [
      'in the name of an unknown caller',
      (f) => ({ ...f, 'X-Amz-Credential': (f['X-Amz-Credential'] ?? '').replace('Commands', 'x') }),
      `${failed}Policy Condition failed: `,
    ],
    ['without a policy', without('Policy'), 'AccessDenied: Access Denied'],
    [
      'without a signature',
      without('X-Amz-Signature'),
      "InvalidArgument: Bucket POST must contain a field named 'X-Amz-Signature'.",
    ],
    [
      'with an unknown algorithm',
      (f) => ({ ...f, 'X-Amz-Algorithm': 'x' }),
      'InvalidArgument: X-Amz-Algorithm',
    ],
  ])('%s', async (_, change, error) => {
    const { fields } = await sign()
    const answer = await post(change(fields))
    expect(await errorOf(answer)).toContain(error)
    await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect(bucket.events).toEqual([])
  })

  it.each([
    [
      'too large',
      '0'.repeat(1_000_001),
      'EntityTooLarge: Your proposed upload exceeds the maximum allowed size',
    ],
    ['much too large', Buffer.alloc(30_000_000), 'EntityTooLarge: '],
    ['too small', '0', 'EntityTooSmall: Your proposed upload is smaller than the minimum allowed size'],
  ])('with a file that is %s, and the present object stays', async (_, file, error) => {
    const { fields } = await sign()
    await post(fields, 'before')
    const answer = await post(fields, file)
    expect([answer.status, await errorOf(answer)]).toEqual([400, expect.stringContaining(error)])
    expect(await (await get()).Body?.transformToString()).toBe('before')
    expect(bucket.events).toHaveLength(1)
  })

  it('once it has expired', async () => {
    const { fields } = await sign()
    pass(59)
    expect((await post(fields)).status).toBe(204)
    pass(2)
    const answer = await post(fields)
    expect([answer.status, await errorOf(answer)]).toEqual([403, `${failed}Policy expired.`])
  })

  it.each([
    ['another secret', 'Commands', 'wrong', 'SignatureDoesNotMatch'],
    ['an unknown key', 'stranger', 'wrong', 'InvalidAccessKeyId'],
  ])('that was signed with %s', async (_, accessKeyId, secret, code) => {
    const { fields } = await sign({}, accessKeyId, secret)
    const answer = await post(fields)
    expect([answer.status, await errorOf(answer)]).toEqual([403, expect.stringContaining(`${code}: `)])
  })

  it('if the role of its signer does not grant it', async () => {
    const { fields } = await sign({}, 'Queries')
    expect(await errorOf(await post(fields))).toContain('is not authorized to perform: s3:PutObject')
    expect(lines.at(-1)).toContain('Queries refused: User: arn:aws:sts')
    const elsewhere = await sign({ Key: 'other/photo.jpg' })
    expect((await post(elsewhere.fields)).status).toBe(403)
  })

  it('for another bucket', async () => {
    const { fields } = await sign({ Bucket: 'another-bucket' })
    expect(await errorOf(await post(fields))).toContain('Policy Condition failed: ')
  })

  it('with a type outside its list', async () => {
    const Conditions: PresignedPostOptions['Conditions'] = [['starts-with', '$Content-Type', 'image/']]
    const { fields } = await sign({ Fields: {}, Conditions })
    const answer = await post({ ...fields, 'Content-Type': 'image/png,text/html' })
    expect(await errorOf(answer)).toContain(failed)
  })

  it.each([
    ['acl', { acl: 'public-read' }],
    ['success_action_redirect', { success_action_redirect: 'http://127.0.0.1' }],
  ])('with the unmodelled field %s', async (name, Fields) => {
    const { fields } = await sign({ Fields, Conditions: [] })
    const answer = await post(fields)
    expect(await errorOf(answer)).toBe(`NotImplemented: The field ${name} is not modelled by the local cloud`)
  })

  it('with a policy that S3 does not understand', async () => {
    const Conditions = [['ends-with', '$key', 'x']] as never // the types of the SDK exclude this
    const { fields } = await sign({ Conditions })
    expect(await errorOf(await post(fields))).toContain('InvalidPolicyDocument: Invalid Policy: ')
  })

  it('with a key that is too long', async () => {
    const { fields } = await sign({ Key: `uploads/${'x'.repeat(1_017)}` })
    expect(await errorOf(await post(fields))).toBe('KeyTooLongError: Your key is too long')
  })
})

it('a form that the developer signed is refused to a web page, which never acts as the developer', async () => {
  const send = async (...by: Parameters<OpenBucket['clientOf']>) => {
    const { fields } = await sign({}, ...by)
    const form = new FormData()
    for (const [name, value] of Object.entries({ ...fields, file: 'content' })) form.append(name, value)
    const headers = { origin: 'http://localhost:3000' }
    return fetch(bucket.url, { method: 'POST', body: form, headers })
  }
  const refused = await send('developer')
  expect([refused.status, await errorOf(refused)]).toEqual([
    403,
    'AccessDenied: A web page does not act as the developer: let a function sign the link or form',
  ])
  expect((await send('Commands')).status).toBe(204)
})

describe('an invalid form', () => {
  const send = (body: string, type = 'multipart/form-data; boundary=b') =>
    fetch(bucket.url, { method: 'POST', body, headers: { 'content-type': type } })
  const part = (name: string, value = '') =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

  it.each([
    ['of another type', 'a=b', 'PreconditionFailed', 'application/x-www-form-urlencoded'],
    ['that ends too early', part('key', 'x'), 'MalformedPOSTRequest', undefined],
    ['without names', '--b\r\n\r\n\r\nx\r\n--b--\r\n', 'MalformedPOSTRequest', undefined],
    [
      'with a repeated field',
      `${part('key', 'x')}${part('key', 'y')}--b--\r\n`,
      'MalformedPOSTRequest',
      undefined,
    ],
    ['without a file', `${part('key', 'x')}--b--\r\n`, 'InvalidArgument', undefined],
    [
      'with fields of more than 20 KB',
      part('key', 'x'.repeat(20_480)),
      'MaxPostPreDataLengthExceeded',
      undefined,
    ],
  ])('is refused: one %s', async (_, body, code, type) => {
    expect(await errorOf(await send(body, type))).toContain(`${code}: `)
  })

  it("is refused: one that puts its file first, with S3's code and hint", async () => {
    const { fields } = await sign()
    const parts = Object.entries(fields).map(([name, value]) => part(name, value))
    expect(await errorOf(await send(`${part('file', 'content')}${parts.join('')}--b--\r\n`))).toBe(
      "InvalidArgument: Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    )
  })

  it.each([
    ['a name in a quoted file name', 'form-data; filename="a; name=key; b"; name="file"'],
    ['an escaped quote in it', 'form-data; filename="a\\"; name=\\"key"; name="file"'],
    ['the name first', 'form-data; name="file"; filename="; name=key"'],
    ['no quotes', 'form-data; name=file'],
  ])('does not confuse the reader of its parts: %s', async (_, disposition) => {
    const { fields } = await sign()
    const parts = Object.entries(fields).map(([name, value]) => part(name, value))
    const file = `--b\r\nContent-Disposition: ${disposition}\r\n\r\ncontent\r\n--b--\r\n`
    expect((await send(`${parts.join('')}${file}`)).status).toBe(204)
  })

  it('is refused fast, whatever its headers', async () => {
    const began = performance.now()
    await send('x', `multipart/form-data; ${'boundary="'.repeat(1_000)}`)
    const name = `--b\r\nContent-Disposition: ${'; name="'.repeat(2_000)}\r\n\r\nx\r\n`
    expect(await errorOf(await send(name))).toMatch(/MalformedPOSTRequest|InvalidArgument/)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('is refused: a file that ends too early', async () => {
    const { fields } = await sign()
    const parts = Object.entries(fields).map(([name, value]) => part(name, value))
    expect(await errorOf(await send(`${parts.join('')}${part('file', 'content')}`))).toContain(
      'MalformedPOSTRequest',
    )
    await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' })
  })
})

it.each([
  ['its fields', 412, 'text/plain'],
  ['its file', 400, 'multipart/form-data; boundary=b'],
])('a form that is refused for %s is read to its end, because browsers read the response only then', async (_, status, type) => {
  const body = `--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n${'x'.repeat(20_000_000)}`
  const { host } = new URL(bucket.url)
  const head = `POST /${Bucket} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n`
  const socket = connect(Number(new URL(bucket.url).port), '127.0.0.1').setEncoding('utf8')
  socket.write(`${head}\r\n${body}`)
  socket.write(`OPTIONS /${Bucket} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  const answers = (await socket.toArray()).join('')
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 400'])
})
