import { createHash, createHmac } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { createS3FileLinks } from '../../../projections/upload/s3-file-links.ts'

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token/+=' }
const from = Date.parse('2026-01-10T12:15:00.000Z')
const river = { fileName: 'river.jpg', contentType: 'image/jpeg', from }

/** Links made as in a function: with the configuration of another client. */
function linksAt(endpoint?: string) {
  const { config } = new DynamoDBClient({ region: 'eu-west-1', credentials })
  return createS3FileLinks('files-bucket', { ...config, endpoint })
}

/** The expected signature of a presigned GET, by AWS's description of Signature Version 4. */
function signatureOf(link: string): string {
  const { host, pathname, search } = new URL(link)
  const query = search.slice(1).split('&')
  const canonicalQuery = query.filter((part) => !part.startsWith('X-Amz-Signature=')).sort()
  const canonical = `GET\n${pathname}\n${canonicalQuery.join('&')}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`
  const scope = ['20260110', 'eu-west-1', 's3', 'aws4_request']
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  const digest = createHash('sha256').update(canonical).digest('hex')
  return hmac(key, `AWS4-HMAC-SHA256\n20260110T121500Z\n${scope.join('/')}\n${digest}`).toString('hex')
}

describe('the links to the files of an upload', () => {
  it.each([
    [undefined, 'https://files-bucket.s3.eu-west-1.amazonaws.com'],
    ['http://127.0.0.1:4566', 'http://127.0.0.1:4566/files-bucket'],
    ['https://s3.example.com/', 'https://s3.example.com/files-bucket'],
  ])('lead, with the endpoint %s, to %s, and are signed for an hour', async (endpoint, base) => {
    const { originalUrl, thumbnailUrl } = await linksAt(endpoint).linksOf('u1', river)
    expect(originalUrl.startsWith(`${base}/files/u1/original?`)).toBe(true)
    expect(thumbnailUrl.startsWith(`${base}/files/u1/thumbnail?`)).toBe(true)
    for (const link of [originalUrl, thumbnailUrl]) {
      const query = new URL(link).searchParams
      expect(Object.fromEntries(query)).toMatchObject({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': 'AKID/20260110/eu-west-1/s3/aws4_request',
        'X-Amz-Date': '20260110T121500Z',
        'X-Amz-Expires': '3600',
        'X-Amz-Security-Token': 'token/+=',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': signatureOf(link),
      })
    }
  })

  it('are the same for the same moment, and different for another', async () => {
    const links = linksAt()
    const first = await links.linksOf('u1', river)
    expect(await links.linksOf('u1', river)).toEqual(first)
    expect(await links.linksOf('u1', { ...river, from: from + 1000 })).not.toEqual(first)
  })

  it.each([
    ['river.jpg', 'river.jpg'],
    ['my river (1).jpg', 'my%20river%20%281%29.jpg'],
    [`a"b'c;d=e,f\\g%h*.jpg`, 'a%22b%27c%3Bd%3De%2Cf%5Cg%25h%2A.jpg'],
    ['Fluß & Übersee €.png', 'Flu%C3%9F%20%26%20%C3%9Cbersee%20%E2%82%AC.png'],
    ['川🏞.webp', '%E5%B7%9D%F0%9F%8F%9E.webp'],
    ['a\r\nSet-Cookie: x.jpg', 'a%0D%0ASet-Cookie%3A%20x.jpg'],
    ['../etc/passwd', '..%2Fetc%2Fpasswd'],
    ['half \ud83c.jpg', 'half%20%EF%BF%BD.jpg'],
  ])('save %j under that name', async (fileName, encoded) => {
    const { originalUrl, thumbnailUrl } = await linksAt().linksOf('u1', { ...river, fileName })
    const query = new URL(originalUrl).searchParams
    expect(query.get('response-content-disposition')).toBe(`attachment; filename*=UTF-8''${encoded}`)
    expect(query.get('response-content-type')).toBe('image/jpeg')
    expect(query.get('X-Amz-Signature')).toBe(signatureOf(originalUrl))
    expect(new URL(thumbnailUrl).searchParams.get('response-content-disposition')).toBeNull()
  })
})
