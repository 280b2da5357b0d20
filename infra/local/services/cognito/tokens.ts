import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { join } from 'node:path'
import { openJournal } from '../../storage/journal.ts'

/** A public key in the format of JWKS. */
export type Jwk = { kid: string; alg: 'RS256'; use: 'sig'; kty: 'RSA'; n: string; e: string }

export type TokenSigner = ReturnType<typeof openTokenSigner>

/** Opens the key pair in the folder, or creates one that only its owner may read. */
export function openTokenSigner(folder: string) {
  const keys = openJournal<string>(join(folder, 'signing-key.jsonl'))
  const { privateKey } = keys.size > 0 ? {} : generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (privateKey) keys.set('RS256', String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const key = createPrivateKey(keys.get('RS256') ?? '')
  const publicKey = createPublicKey(key)
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(n).digest('base64')
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const jwk: Jwk = { kid, alg: 'RS256', use: 'sig', kty: 'RSA', n, e }
  return {
    jwks: { keys: [jwk] },
    /** Returns the claims of a JWT that this key signed; `undefined` for any other text. */
    verify(token: string): Readonly<Record<string, unknown>> | undefined {
      const [head = '', claims = '', signature = '', ...more] = token.split('.')
      const isOurs = verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        publicKey,
        Buffer.from(signature, 'base64url'),
      )
      // `sign` made the text from an object.
      return isOurs && more.length === 0 ? JSON.parse(Buffer.from(claims, 'base64url').toString()) : undefined
    },
    /** Returns a JWT of these claims, signed with RS256. */
    sign(claims: object): string {
      const signed = `${encode({ kid, alg: 'RS256' })}.${encode(claims)}`
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    },
  }
}
