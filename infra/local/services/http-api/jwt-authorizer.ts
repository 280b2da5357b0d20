import type { JsonWebKey } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import type { AuthorizerSettings } from './template.ts'

/** The public keys of an issuer. */
export interface KeySet {
  readonly keys: readonly JsonWebKey[]
}

/** The part of a token that an event contains. */
export interface Jwt {
  readonly claims: Readonly<Record<string, string>>
  readonly scopes: readonly string[] | null
}

/** Checks an `Authorization` header. Returns its token, or the `www-authenticate` header of the 401. */
export type Authorizer = (
  header: string | undefined,
) => { readonly jwt: Jwt } | { readonly challenge: string }

/**
 * A JWT authorizer (API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers"): it checks the
 * signature, `exp`, `nbf`, `iss`, `iat`, and `aud` or, if there is none, `client_id`. It accepts access tokens and ID
 * tokens.
 */
export function createJwtAuthorizer(settings: AuthorizerSettings, keySet: KeySet): Authorizer {
  const verifier = JwtVerifier.create({ issuer: settings.Issuer, audience: null })
  // The set of public keys is the JSON that the verifier expects, but its type here is looser.
  verifier.cacheJwks(keySet as unknown as Parameters<typeof verifier.cacheJwks>[0])

  function verify(token: string): Jwt {
    const claims = verifier.verifySync(token)
    const audience = [claims.aud ?? claims['client_id']].flat()
    if (!audience.some((entry) => settings.Audience.includes(String(entry))))
      throw new Error('the token does not have a valid audience')
    if ((claims.iat ?? 0) > Date.now() / 1000) throw new Error('the token was issued in the future')
    const texts = Object.entries(claims).map(([name, claim]) => [name, textOf(claim)])
    return { claims: Object.fromEntries(texts), scopes: claims.scope?.split(' ') ?? null }
  }

  return (header = '') => {
    const token = header.replace(/^bearer(\s+|$)/i, '').trim()
    if (token === '') return { challenge: 'Bearer' }
    try {
      return { jwt: verify(token) }
    } catch (error) {
      // AWS documents the wording only for the audience.
      const reason = String(error instanceof Error ? error.message : error).replace(/[^ -~]|["\\]/g, '')
      return { challenge: `Bearer scope="" error="invalid_token" error_description="${reason}"` }
    }
  }
}

/** API Gateway passes every claim on as a text, and a list as `[a b]`. */
function textOf(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.map(textOf).join(' ')}]`
  return typeof claim === 'string' ? claim : JSON.stringify(claim)
}
