import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Bucket,
  errorOf,
  type OpenBucket,
  openBucket,
  pass,
} from '../../../../kit/local-cloud/local-bucket.ts'
import { lines, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const Key = "uploads/a photo (1)+ä'&?.jpg"
let bucket: OpenBucket

withDataDir()
beforeEach(async () => {
  bucket = await openBucket()
  const put = new PutObjectCommand({ Bucket, Key, Body: 'content', ContentType: 'image/jpeg' })
  await bucket.clientOf().send(put)
})
afterEach(() => void vi.useRealTimers())

/** A URL that is signed in the same way as by a query. */
const sign = (over: Partial<GetObjectCommandInput> = {}, ...by: Parameters<OpenBucket['clientOf']>) =>
  getSignedUrl(
    bucket.clientOf(...(by.length > 0 ? by : (['Queries'] as const))),
    new GetObjectCommand({ Bucket, Key, ...over }),
    {
      expiresIn: 60,
    },
  )

describe('a presigned URL', () => {
  it('returns the signed object', async () => {
    const answer = await fetch(await sign())
    expect([answer.status, await answer.text()]).toEqual([200, 'content'])
    expect(answer.headers.get('content-type')).toBe('image/jpeg')
  })

  it('returns a part of it', async () => {
    const answer = await fetch(await sign(), { headers: { range: 'bytes=0-2' } })
    expect([answer.status, await answer.text()]).toEqual([206, 'con'])
  })

  it('names headers for the response', async () => {
    const ResponseContentDisposition = 'attachment; filename="a b.jpg"'
    const { headers } = await fetch(
      await sign({ ResponseContentDisposition, ResponseContentType: 'text/plain' }),
    )
    expect(headers.get('content-disposition')).toBe(ResponseContentDisposition)
    expect(headers.get('content-type')).toBe('text/plain')
  })

  it('that names an invalid header is refused', async () => {
    const answer = await fetch(await sign({ ResponseContentDisposition: 'attachment; filename="日"' }))
    expect(await errorOf(answer)).toBe(
      'InvalidArgument: Header value cannot be represented using ISO-8859-1.',
    )
  })

  it('may be signed for another method', async () => {
    const url = await getSignedUrl(bucket.clientOf('Queries'), new HeadObjectCommand({ Bucket, Key }))
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    expect(await errorOf(await fetch(url))).toContain('SignatureDoesNotMatch: ')
  })

  it('may be signed by the developer', async () => {
    expect((await fetch(await sign({}, 'developer'))).status).toBe(200)
  })

  it('may be parsed and rewritten by programs that pass it on', async () => {
    const url = new URL(await sign({ ResponseContentType: 'text/plain; charset=x' }))
    url.searchParams.sort()
    expect((await fetch(url)).status).toBe(200)
  })
})

describe('a presigned URL is refused', () => {
  const parameter = (name: string, value: string) => (url: URL) => url.searchParams.set(name, value)

  it.each<[string, (url: URL) => void, string]>([
    [
      'for another key',
      (url) => {
        url.pathname += 'x'
      },
      'SignatureDoesNotMatch: ',
    ],
    ['for longer', parameter('X-Amz-Expires', '3600'), 'SignatureDoesNotMatch: '],
    ['from another time', parameter('X-Amz-Date', '20260101T000000Z'), 'SignatureDoesNotMatch: '],
    [
      'with another header for the response',
      parameter('response-content-type', 'text/html'),
      'SignatureDoesNotMatch: ',
    ],
    ['with another signature', parameter('X-Amz-Signature', '00'), 'SignatureDoesNotMatch: '],
    [
      'without its signature',
      (url) => url.searchParams.delete('X-Amz-Signature'),
      'AuthorizationQueryParametersError: ',
    ],
    ['for ever', parameter('X-Amz-Expires', '604801'), 'AuthorizationQueryParametersError: '],
    ['with zero seconds of validity', parameter('X-Amz-Expires', ''), 'AuthorizationQueryParametersError: '],
    [
      'with another algorithm',
      parameter('X-Amz-Algorithm', 'AWS4-ECDSA-P256-SHA256'),
      'AuthorizationQueryParametersError: ',
    ],
    [
      'if it does not name its signer',
      (url) => {
        url.search = ''
      },
      'AccessDenied: Access Denied',
    ],
    ['with an unmodelled parameter', parameter('versionId', '1'), 'NotImplemented: '],
    [
      'in the name of another function',
      (url) => {
        const credential = url.searchParams.get('X-Amz-Credential') ?? ''
        url.searchParams.set('X-Amz-Credential', credential.replace('Queries', 'Pipeline'))
      },
      'SignatureDoesNotMatch: ',
    ],
  ])('%s', async (_, change, error) => {
    const url = new URL(await sign())
    change(url)
    const answer = await fetch(url)
    expect(answer.ok).toBe(false)
    expect(await errorOf(answer)).toContain(error)
  })

  it('with an unsigned header', async () => {
    const answer = await fetch(await sign(), { headers: { 'x-amz-meta-a': '1' } })
    expect(await errorOf(answer)).toBe(
      'AccessDenied: There were headers present in the request which were not signed',
    )
  })

  it('for another method', async () => {
    const answer = await fetch(await sign(), { method: 'DELETE' })
    expect([answer.status, await errorOf(answer)]).toEqual([
      403,
      expect.stringContaining('SignatureDoesNotMatch: '),
    ])
    expect((await fetch(await sign())).status).toBe(200)
  })

  it('with a header that only claims to sign it', async () => {
    const url = await sign()
    for (const authorization of ['x', 'AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/s3/aws4_request'])
      expect(await errorOf(await fetch(url, { headers: { authorization } }))).toContain(
        'InvalidArgument: Only one auth mechanism allowed',
      )
  })

  it('with the signature of version 2, with the setting that makes boto3 use version 4', async () => {
    const url = `${bucket.url}/${Key.slice(0, 8)}?AWSAccessKeyId=x&Signature=y&Expires=1`
    expect(await errorOf(await fetch(url))).toContain(
      'InvalidRequest: The authorization mechanism you have provided',
    )
  })

  it('to a page if the developer signed it: a page does not act as the developer', async () => {
    const headers = { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }
    const answer = await fetch(await sign({}, 'developer'), { headers })
    expect([answer.status, await errorOf(answer)]).toEqual([403, expect.stringContaining('does not act as')])
    expect((await fetch(await sign(), { headers })).status).toBe(200)
  })

  it('once it has expired', async () => {
    const url = await sign()
    pass(59)
    expect((await fetch(url)).status).toBe(200)
    pass(2)
    const answer = await fetch(url)
    expect([answer.status, await errorOf(answer)]).toEqual([403, 'AccessDenied: Request has expired'])
  })

  it('long before it is valid', async () => {
    const url = await sign()
    pass(-16 * 60)
    expect(await errorOf(await fetch(url))).toBe('AccessDenied: Request is not yet valid')
  })

  it.each([
    ['another secret', 'Queries', 'wrong', 'SignatureDoesNotMatch'],
    ['an unknown key', 'stranger', 'wrong', 'InvalidAccessKeyId'],
  ])('that was signed with %s', async (_, accessKeyId, secret, code) => {
    const answer = await fetch(await sign({}, accessKeyId, secret))
    expect([answer.status, await errorOf(answer)]).toEqual([403, expect.stringContaining(`${code}: `)])
  })

  it('if the role of its signer does not grant it', async () => {
    const answer = await fetch(await sign({}, 'Commands'))
    expect(await errorOf(answer)).toContain('is not authorized to perform: s3:GetObject')
    expect(lines.at(-1)).toContain('Commands refused: User: arn:aws:sts')
  })

  it('for a missing key with the same error as for one that its signer may not list', async () => {
    expect((await fetch(await sign({ Key: 'none' }))).status).toBe(403)
    expect((await fetch(await sign({ Key: 'none' }, 'Pipeline'))).status).toBe(404)
  })
})
