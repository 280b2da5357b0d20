import { createHash, createHmac } from 'node:crypto'

export const algorithm = 'AWS4-HMAC-SHA256'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/**
 * Returns the `Authorization` header of a `POST /` in AWS Signature Version 4. It signs exactly the given headers.
 * They include `host` and `x-amz-date` (`20260101T000000Z`), and their names are in lower case.
 */
export function authorization(o: {
  service: string
  region: string
  headers: Readonly<Record<string, string>>
  body: Buffer
  credentials: Credentials
}): string {
  const names = Object.keys(o.headers).sort()
  const signed = names.join(';')
  const lines = names.map((name) => `${name}:${o.headers[name]?.trim().replace(/\s+/g, ' ')}\n`).join('')
  const request = `POST\n/\n\n${lines}\n${signed}\n${sha256(o.body)}`
  const at = o.headers['x-amz-date'] ?? ''
  const scope = `${at.slice(0, 8)}/${o.region}/${o.service}/aws4_request`
  const signature = signatureOf(stringToSign(at, scope, request), scope, o.credentials.secretAccessKey)
  return `AWS4-HMAC-SHA256 Credential=${o.credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

/** The parts of an `Authorization` header in Signature Version 4. */
export interface SignedHeader {
  readonly caller: string
  readonly signedFor: string
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** Parses an `Authorization` header; `undefined` if it is not in Signature Version 4. */
export function credentialOf(header: string): SignedHeader | undefined {
  if (!header.startsWith(`${algorithm} `)) return undefined
  const fields = header.slice(algorithm.length).split(',')
  const field = (name: string) =>
    fields
      .find((one) => one.trim().startsWith(`${name}=`))
      ?.trim()
      .slice(name.length + 1) ?? ''
  const [caller = '', ...scope] = field('Credential').split('/')
  const [, , signedFor = '', end] = scope
  if (caller === '' || scope.length !== 4 || signedFor === '' || end !== 'aws4_request') return undefined
  return {
    caller,
    signedFor,
    scope: scope.join('/'),
    signedHeaders: field('SignedHeaders').split(';'),
    signature: field('Signature'),
  }
}

/** Returns the text to sign for a canonical request. */
export function stringToSign(at: string, scope: string, canonicalRequest: string): string {
  return `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(canonicalRequest)}`
}

/** Signs a text with the key of a scope such as `20260101/eu-west-1/s3/aws4_request`. Returns hexadecimal digits. */
export function signatureOf(text: string, scope: string, secretAccessKey: string): string {
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`)
  return hmac(key, text).toString('hex')
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
