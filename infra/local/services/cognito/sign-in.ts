import { createHash, randomBytes, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'
import { invalid, notAuthorized, read, texts, userNotFound } from './request.ts'
import { openExchange, passwordVerifier, type SrpExchange } from './srp.ts'
import type { ClientSettings } from './template.ts'
import type { TokenSigner } from './tokens.ts'
import type { ClientOperation, User, UserPool } from './user-pool.ts'
import { type SignedIn, seconds, tokensOf } from './user-tokens.ts'

const initiateRequest = z.object({ AuthFlow: z.string(), AuthParameters: z.unknown() })
const respondRequest = z.object({
  ChallengeName: z.literal('PASSWORD_VERIFIER'),
  ChallengeResponses: z.unknown(),
})
const claim = ['USERNAME', 'TIMESTAMP', 'PASSWORD_CLAIM_SECRET_BLOCK', 'PASSWORD_CLAIM_SIGNATURE'] as const

/**
 * The operations for signing in by password, SRP or refresh token. A challenge is kept in memory only, and for one
 * try.
 */
export function signInOperations(o: CognitoOptions, signer: TokenSigner) {
  /** The open challenges, by secret block. */
  const challenges = new Map<string, { sub: string; clientId: string; expiresAt: number; srp: SrpExchange }>()

  function signIn(pool: UserPool, client: ClientSettings, user: User, proven: boolean) {
    if (!proven) throw notAuthorized('Incorrect username or password.')
    if (user.code) throw new AwsError('UserNotConfirmedException', 'User is not confirmed.')
    if (user.temporary)
      throw invalid(
        'The local cloud does not model NEW_PASSWORD_REQUIRED: set a permanent password with AdminSetUserPassword',
      )
    const claims = { origin_jti: randomUUID(), event_id: randomUUID(), auth_time: seconds() }
    const expiresAt = Date.now() + client.RefreshTokenValidity * 60_000
    const RefreshToken = randomBytes(96).toString('base64url')
    pool.grants.set(hashOf(RefreshToken), { sub: user.sub, clientId: client.id, expiresAt, claims })
    return { AuthenticationResult: { ...tokens(pool, client, user, claims), RefreshToken } }
  }

  const tokens = (...signedIn: SignedIn) => tokensOf(o, signer, ...signedIn)

  const byPassword: ClientOperation = (given, pool, client) => {
    const { USERNAME, PASSWORD } = texts(given, 'USERNAME', 'PASSWORD')
    const user = find(USERNAME, pool, client)
    const verifier = passwordVerifier(pool.settings.id, user.sub, user.salt, PASSWORD)
    return signIn(pool, client, user, verifier === user.verifier)
  }

  const bySrp: ClientOperation = (given, pool, client) => {
    const { USERNAME, SRP_A } = texts(given, 'USERNAME', 'SRP_A')
    const user = find(USERNAME, pool, client)
    const srp = openExchange(pool.settings.id, user.sub, user.verifier, SRP_A)
    if (srp === undefined) throw invalid('SRP_A is not a number that SRP allows')
    for (const [block, { expiresAt }] of challenges) if (expiresAt <= Date.now()) challenges.delete(block)
    const expiresAt = Date.now() + client.AuthSessionValidity * 60_000
    challenges.set(srp.secretBlock, { sub: user.sub, clientId: client.id, expiresAt, srp })
    const ids = { USERNAME: user.sub, USER_ID_FOR_SRP: user.sub }
    const numbers = { SALT: user.salt, SRP_B: srp.serverPublic, SECRET_BLOCK: srp.secretBlock }
    return { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters: { ...ids, ...numbers } }
  }

  const byRefreshToken: ClientOperation = (given, pool, client) => {
    const { user, grant } = refreshed(texts(given, 'REFRESH_TOKEN').REFRESH_TOKEN, pool, client)
    return { AuthenticationResult: tokens(pool, client, user, grant.claims) }
  }

  const flows = new Map([
    ['USER_PASSWORD_AUTH', byPassword],
    ['USER_SRP_AUTH', bySrp],
    ['REFRESH_TOKEN_AUTH', byRefreshToken],
  ])

  return {
    InitiateAuth(body, pool, client) {
      const { AuthFlow, AuthParameters } = read(initiateRequest, body)
      const name = AuthFlow === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : AuthFlow
      const flow = flows.get(name)
      const allowed = client.ExplicitAuthFlows.some((f) => f === `ALLOW_${name}`)
      if (!flow || !allowed) throw invalid(`${AuthFlow} flow not enabled for this client`)
      return { ChallengeParameters: {}, ...flow(AuthParameters, pool, client) }
    },

    RevokeToken(body, pool, client) {
      const hash = hashOf(texts(body, 'Token').Token)
      // An unknown token is not an error. The API reference says this about an expired token.
      if (pool.grants.get(hash)?.clientId === client.id) pool.grants.delete(hash)
      return {}
    },

    RespondToAuthChallenge(body, pool, client) {
      const given = texts(read(respondRequest, body).ChallengeResponses, ...claim)
      const challenge = challenges.get(given.PASSWORD_CLAIM_SECRET_BLOCK)
      challenges.delete(given.PASSWORD_CLAIM_SECRET_BLOCK)
      const user = pool.find(given.USERNAME)
      const open = challenge?.clientId === client.id && challenge.expiresAt > Date.now()
      if (!open || user?.sub !== challenge.sub) throw notAuthorized('Invalid session for the user.')
      const expected = challenge.srp.signature(given.TIMESTAMP)
      const proven = expected.equals(Buffer.from(given.PASSWORD_CLAIM_SIGNATURE, 'base64'))
      return { ChallengeParameters: {}, ...signIn(pool, client, user, proven) }
    },
  } satisfies Record<string, ClientOperation>
}

/**
 * Returns the user who signs in. AWS reports an unknown name at the end of an SRP sign-in; the local cloud reports it
 * at once.
 */
function find(name: string, pool: UserPool, client: ClientSettings): User {
  const user = pool.find(name)
  if (user) return user
  if (client.PreventUserExistenceErrors === 'LEGACY') throw userNotFound()
  throw notAuthorized('Incorrect username or password.')
}

/** Returns the sign-in that a refresh token continues. Throws NotAuthorizedException if it no longer exists. */
function refreshed(token: string, pool: UserPool, client: ClientSettings) {
  const grant = pool.grants.get(hashOf(token))
  const user = grant && pool.find(grant.sub)
  if (user === undefined || grant?.clientId !== client.id) throw notAuthorized('Invalid Refresh Token')
  if (grant.expiresAt <= Date.now()) throw notAuthorized('Refresh Token has expired')
  return { user, grant }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
