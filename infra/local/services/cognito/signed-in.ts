import * as z from 'zod'
import { withPassword } from './passwords.ts'
import { invalid, notAuthorized, read, texts } from './request.ts'
import { demandWritable } from './sign-up.ts'
import { passwordVerifier } from './srp.ts'
import { type ClientSettings, standardAttributes } from './template.ts'
import type { TokenSigner } from './tokens.ts'
import { attributesOf, type User, type UserPool } from './user-pool.ts'

type SignedInOperation = (body: unknown, pool: UserPool, user: User, client: ClientSettings) => object

const changes = z.object({
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().max(2_048) })).min(1),
})

/** The operations of a signed-in user on their own account. The access token names the user. */
export const signedInOperations: Readonly<Record<string, SignedInOperation>> = {
  GetUser: (_, __, user) => ({
    Username: user.sub,
    UserAttributes: Object.entries(attributesOf(user)).map(([Name, Value]) => ({ Name, Value })),
  }),

  ChangePassword(body, pool, user) {
    const { PreviousPassword, ProposedPassword } = texts(body, 'PreviousPassword', 'ProposedPassword')
    const verifier = passwordVerifier(pool.settings.id, user.sub, user.salt, PreviousPassword)
    if (verifier !== user.verifier) throw notAuthorized('Incorrect username or password.')
    pool.save(withPassword(pool, user, ProposedPassword))
    return {}
  },

  UpdateUserAttributes(body, pool, user, client) {
    const given = read(changes, body).UserAttributes.map(({ Name, Value }) => [Name, Value] as const)
    demandWritable(
      given.map(([name]) => name),
      client,
    )
    if (given.some(([name]) => name === 'email'))
      throw invalid('The local cloud does not model a change of the email: sign up with the new one')
    const strange = given.find(([name]) => !standardAttributes.includes(name))
    if (strange) throw invalid(`Attributes did not conform to the schema: ${strange[0]} does not exist in it`)
    pool.save({ ...user, attributes: { ...user.attributes, ...Object.fromEntries(given) } })
    return { CodeDeliveryDetailsList: [] }
  },

  GlobalSignOut(_, pool, user) {
    pool.signOut(user.sub)
    return {}
  },

  DeleteUser(_, pool, user) {
    pool.remove(user)
    return {}
  },
}

/**
 * Returns the user of an access token and their pool. The access tokens of an ended sign-in are not valid.
 *
 * @throws NotAuthorizedException if the token is not valid, has expired or was revoked.
 */
export function holderOf(
  body: unknown,
  signer: Pick<TokenSigner, 'verify'>,
  pools: Iterable<UserPool>,
): { readonly pool: UserPool; readonly user: User; readonly clientId: string } {
  const claims = signer.verify(texts(body, 'AccessToken').AccessToken)
  if (claims?.['token_use'] !== 'access') throw notAuthorized('Invalid Access Token')
  if (Number(claims['exp']) * 1000 <= Date.now()) throw notAuthorized('Access Token has expired')
  for (const pool of pools) {
    const grant = [...pool.grants.values()].find((one) => one.claims.origin_jti === claims['origin_jti'])
    const user = grant && pool.find(grant.sub)
    if (grant !== undefined && user !== undefined) return { pool, user, clientId: grant.clientId }
  }
  throw notAuthorized('Access Token has been revoked')
}
