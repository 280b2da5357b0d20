import type { IncomingHttpHeaders } from 'node:http'
import { AwsError } from '../../gateway/aws-service.ts'

/** The bucket and the key in a path. The key is empty if the path names only the bucket. */
export interface ObjectPath {
  readonly bucket: string
  readonly key: string
}

export interface PathAndQuery {
  /** The path, percent-encoded as signatures require. */
  readonly path: string
  readonly query: URLSearchParams
}

const mostBytesOfKey = 1_024

/** Reads a path of the form `/bucket/key`. Throws the error of S3 if the key is not valid. */
export function objectPathOf(path: string): ObjectPath {
  const [, bucket = '', ...rest] = path.split('/')
  return { bucket, key: checkedKey(decoded(rest.join('/'))) }
}

/** Returns the source of a copy. */
export function sourceOf(headers: IncomingHttpHeaders): ObjectPath {
  const source = String(headers[copySource] ?? '')
  return objectPathOf(source.startsWith('/') ? source : `/${source}`)
}

export const copySource = 'x-amz-copy-source'

/** Returns the key unchanged. Throws if it is too long. */
export function checkedKey(key: string): string {
  if (Buffer.byteLength(key) > mostBytesOfKey) throw new AwsError('KeyTooLongError', 'Your key is too long')
  return key
}

export function pathAndQueryOf(url: string): PathAndQuery {
  const [path = '', query = ''] = url.split('?')
  const segments = path.split('/').map((segment) => percentEncoded(decoded(segment)))
  return { path: segments.join('/'), query: new URLSearchParams(query) }
}

/** Encodes every character that RFC 3986 does not list as unreserved. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.")
  }
}
