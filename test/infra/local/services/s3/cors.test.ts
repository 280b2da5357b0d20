import { PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { Bucket, developerHeaders, errorOf, openBucket } from '../../../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const rule = {
  AllowedOrigins: ['https://app.example.com', 'http://*.local'],
  AllowedMethods: ['GET', 'POST'],
  AllowedHeaders: ['content-type', 'x-amz-meta-*'],
  ExposedHeaders: ['ETag'],
  MaxAge: 600,
}
const open = (...CorsRules: object[]) => openBucket({ CorsConfiguration: { CorsRules } })
const origin = 'https://app.example.com'

withDataDir()

/** Fetch does not let its caller set these headers; a browser's preflight has them. */
const ask = (url: string, headers: Record<string, string>) =>
  fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', ...headers } })

describe('a preflight', () => {
  it('is answered by the rule that allows it', async () => {
    const { url } = await open({ AllowedOrigins: ['https://other'], AllowedMethods: ['POST'] }, rule)
    const wanted = { 'access-control-request-headers': 'Content-Type, X-Amz-Meta-Upload' }
    for (const path of ['', '/', '/any/key?X-Amz-Signature=00']) {
      const answer = await ask(url + path, wanted)
      expect(answer.status).toBe(200)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type, x-amz-meta-upload',
        'access-control-expose-headers': 'ETag',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
      })
    }
  })

  it.each([
    ['the origin', { origin: 'https://elsewhere.example.com' }],
    ['the method', { 'access-control-request-method': 'DELETE' }],
    ['a header', { 'access-control-request-headers': 'content-type, authorization' }],
  ])('is refused if no rule allows %s', async (_, headers) => {
    const answer = await ask((await open(rule)).url, headers)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect([answer.status, await errorOf(answer)]).toEqual([
      403,
      expect.stringContaining('AccessForbidden: CORSResponse: This CORS request is not allowed.'),
    ])
  })

  it('is refused by a bucket without rules', async () => {
    expect(await errorOf(await ask((await open()).url, {}))).toBe(
      'AccessForbidden: CORSResponse: CORS is not enabled for this bucket.',
    )
  })

  it('is refused if it does not name the later method', async () => {
    const { url } = await open(rule)
    expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(400)
  })

  it.each([
    ['http://pc.local', 'http://pc.local'],
    ['http://pc.local.example.com', null],
  ])('from the origin %s allows %s', async (asking, told) => {
    const answer = await ask((await open(rule)).url, { origin: asking })
    expect(answer.headers.get('access-control-allow-origin')).toBe(told)
  })

  it('allows everyone, without credentials, if a rule allows everyone', async () => {
    const { headers } = await ask((await open({ ...rule, AllowedOrigins: ['*'] })).url, {})
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('a response', () => {
  it.each([
    ['a requested object', 'GET', {}, 200],
    ['a refusal', 'GET', { authorization: '' }, 403],
    ['a refused form', 'POST', {}, 412],
  ])('may be read by the origins of a rule: %s', async (_, method, over, status) => {
    const { url, clientOf } = await open(rule)
    await clientOf().send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'content' }))
    const asked = (from: string) => {
      const headers = { origin: from, ...developerHeaders(), ...over }
      const { authorization: signed, ...unsigned } = headers
      return fetch(method === 'POST' ? url : `${url}/key`, {
        method,
        headers: signed === '' ? unsigned : headers,
      })
    }
    const answer = await asked(origin)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('access-control-expose-headers')).toBe('ETag')
    expect((await asked('https://elsewhere')).headers.get('access-control-allow-origin')).toBeNull()
  })
})
