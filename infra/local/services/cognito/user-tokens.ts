import { randomUUID } from 'node:crypto'
import type { CognitoOptions } from './cognito-options.ts'
import { type ClientSettings, issuerOf } from './template.ts'
import type { TokenSigner } from './tokens.ts'
import { attributesOf, type Grant, type User, type UserPool } from './user-pool.ts'

/** A user who is signed in to a client, and the claims that all tokens of the sign-in share. */
export type SignedIn = [pool: UserPool, client: ClientSettings, user: User, shared: Grant['claims']]

/** Returns an access token and an ID token (developer guide, "Understanding user pool JSON web tokens (JWTs)"). */
export function tokensOf(
  o: Pick<CognitoOptions, 'region' | 'groups'>,
  signer: TokenSigner,
  ...[pool, client, user, shared]: SignedIn
) {
  const iat = seconds()
  const groups = [...new Set([...o.groups, ...(user.groups ?? [])])]
  const sign = (minutes: number, claims: object) =>
    signer.sign({
      ...claims,
      ...shared,
      sub: user.sub,
      iss: issuerOf(o.region, pool.settings.id),
      ...(groups.length > 0 && { 'cognito:groups': groups }),
      jti: randomUUID(),
      iat,
      exp: iat + minutes * 60,
    })
  const access = { token_use: 'access', client_id: client.id, username: user.sub }
  const id = {
    token_use: 'id',
    aud: client.id,
    'cognito:username': user.sub,
    email_verified: !user.unverified,
  }
  return {
    AccessToken: sign(client.AccessTokenValidity, { ...access, scope: 'aws.cognito.signin.user.admin' }),
    IdToken: sign(client.IdTokenValidity, { ...attributesOf(user), ...id }),
    ExpiresIn: client.AccessTokenValidity * 60,
    TokenType: 'Bearer',
  }
}

/** Returns the current time in seconds since the epoch. */
export function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}
