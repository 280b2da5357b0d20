import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { join } from 'node:path'
import { openJournal } from '../../storage/journal.ts'

/** A public key as JWKS lists it. */
export type Jwk = { kid: string; alg: 'RS256'; use: 'sig'; kty: 'RSA'; n: string; e: string }

export type TokenSigner = ReturnType<typeof openTokenSigner>

/** Opens the key pair in the folder, or makes one that only its owner may read. */
export function openTokenSigner(folder: string) {
  const keys = openJournal<string>(join(folder, 'signing-key.jsonl'))
  const { privateKey } = keys.size > 0 ? {} : generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (privateKey) keys.set('RS256', String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const key = createPrivateKey(keys.get('RS256') ?? '')
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' })
  const kid = createHash('sha256').update(n).digest('base64')
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const jwk: Jwk = { kid, alg: 'RS256', use: 'sig', kty: 'RSA', n, e }
  return {
    jwks: { keys: [jwk] },
    /** A JWT of these claims, signed with RS256. */
    sign(claims: object): string {
      const signed = `${encode({ kid, alg: 'RS256' })}.${encode(claims)}`
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    },
  }
}
