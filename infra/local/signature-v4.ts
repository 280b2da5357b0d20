import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/**
 * The `Authorization` header of a `POST /` in AWS Signature Version 4, over exactly the headers given; these
 * include `host` and `x-amz-date` (`20260101T000000Z`), with their names in lower case.
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
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${o.credentials.secretAccessKey}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(request)}`).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${o.credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
