import { AwsError } from '../../gateway/aws-service.ts'
import { algorithm, credentialOf, signatureOf, stringToSign } from '../../gateway/signature-v4.ts'
import { accessDenied, invalidArgument } from './errors.ts'
import { type PathAndQuery, percentEncoded } from './target.ts'

/** The signers whose signatures are valid. */
export interface Signers {
  readonly region: string
  /** The secret that all functions sign with. */
  readonly secretAccessKey: string
  readonly isFunction: (accessKeyId: string) => boolean
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  readonly target: PathAndQuery
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const longestSeconds = 7 * 24 * 3600
/** How far the time of a signature may be ahead of this machine's clock. */
const skewMs = 15 * 60_000

/**
 * Returns the key id that signed a text at this time, such as `20260101T000000Z`. A key that belongs to no function
 * is the developer's, and is accepted only if the signature is right.
 *
 * @throws AwsError with the refusal of S3 if the signature is wrong.
 */
export function signerOf(
  o: Signers,
  signed: {
    readonly credential: string
    readonly at: string
    readonly text: string
    readonly signature: string
  },
): string {
  const [accessKeyId = ''] = signed.credential.split('/')
  const right = signatureOf(signed.text, scopeOf(o, signed.at), o.secretAccessKey)
  if (signed.signature === right) return accessKeyId
  if (!o.isFunction(accessKeyId)) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.'
    throw new AwsError('InvalidAccessKeyId', message, 403)
  }
  const reason = 'The request signature we calculated does not match the signature you provided.'
  throw new AwsError('SignatureDoesNotMatch', `${reason} Check your key and signing method.`, 403)
}

/**
 * Returns the key id that signed a presigned URL (S3 API reference, "Authenticating requests: using query
 * parameters").
 *
 * @throws AwsError with the refusal of S3 if the URL was changed or has expired.
 */
export function presignerOf(o: Signers, request: SignedRequest): string {
  const { query } = request.target
  const parameter = (name: string) => query.get(`X-Amz-${name}`) ?? ''
  const at = parameter('Date')
  const signedAt = timeOf(at)
  const seconds = Number(parameter('Expires') || Number.NaN)
  const isValid = seconds >= 1 && seconds <= longestSeconds && !Number.isNaN(signedAt)
  if (parameter('Algorithm') !== algorithm || parameter('Signature') === '' || !isValid) {
    const names =
      'X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires'
    const message = `Query-string authentication version 4 requires the ${names} parameters.`
    throw new AwsError('AuthorizationQueryParametersError', message)
  }
  const names = parameter('SignedHeaders').split(';')
  const unsigned = Object.keys(request.headers).some(
    (name) => name.startsWith('x-amz-') && !names.includes(name),
  )
  if (!names.includes('host') || unsigned)
    throw accessDenied('There were headers present in the request which were not signed')

  const payload = parameter('Content-Sha256') || 'UNSIGNED-PAYLOAD'
  const signer = signerOf(o, {
    credential: parameter('Credential'),
    at,
    text: stringToSign(at, scopeOf(o, at), canonicalRequest(request, names, payload)),
    signature: parameter('Signature'),
  })
  if (Date.now() > signedAt + seconds * 1000) throw accessDenied('Request has expired')
  if (Date.now() < signedAt - skewMs) throw accessDenied('Request is not yet valid')
  return signer
}

/**
 * Checks the `Authorization` header of a request (S3 API reference, "Authenticating requests: using the Authorization
 * header"): its form, its time, and its signature if a function signed it. The developer may sign with any secret, so
 * that signature cannot be checked.
 *
 * @throws AwsError with the refusal of S3 if the header is not valid.
 */
export function checkAuthorization(o: Signers, request: SignedRequest): void {
  const { headers, target } = request
  if (target.query.has('X-Amz-Signature') || target.query.has('X-Amz-Credential'))
    throw invalidArgument(
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or ' +
        'the Authorization header should be specified',
    )
  const header = String(headers['authorization'])
  if (!header.startsWith(`${algorithm} `)) throw invalidArgument('Unsupported Authorization Type')
  const signed = credentialOf(header)
  if (
    signed === undefined ||
    !/^[0-9a-f]{64}$/.test(signed.signature) ||
    !signed.signedHeaders.includes('host')
  )
    throw new AwsError('AuthorizationHeaderMalformed', 'The authorization header is malformed.')
  const at = String(headers['x-amz-date'] ?? '')
  const isNear = Math.abs(Date.now() - timeOf(at)) <= skewMs
  if (!isNear) {
    const reason = 'The difference between the request time and the current time is too large.'
    throw new AwsError('RequestTimeTooSkewed', reason, 403)
  }
  if (!o.isFunction(signed.caller)) return
  const payload = String(headers['x-amz-content-sha256'] ?? '')
  signerOf(o, {
    credential: `${signed.caller}/${signed.scope}`,
    at,
    text: stringToSign(at, scopeOf(o, at), canonicalRequest(request, signed.signedHeaders, payload)),
    signature: signed.signature,
  })
}

function canonicalRequest(
  { method, target: { path, query }, headers }: SignedRequest,
  signedHeaders: readonly string[],
  payload: string,
): string {
  const value = (name: string) =>
    String(headers[name] ?? '')
      .trim()
      .replace(/ +/g, ' ')
  const lines = signedHeaders.map((name) => `${name}:${value(name)}\n`).join('')
  return [method, path, canonical(query), lines, signedHeaders.join(';'), payload].join('\n')
}

/** Converts a time such as `20260101T000000Z` to milliseconds since the epoch; NaN if the text is not a time. */
function timeOf(at: string): number {
  return Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function scopeOf({ region }: Signers, at: string): string {
  return `${at.slice(0, 8)}/${region}/s3/aws4_request`
}

function canonical(query: URLSearchParams): string {
  const pairs = [...query].filter(([name]) => name !== 'X-Amz-Signature')
  return pairs
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .sort()
    .join('&')
}
