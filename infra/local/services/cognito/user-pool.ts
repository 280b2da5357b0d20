import { join } from 'node:path'
import { openJournal } from '../../storage/journal.ts'
import type { ClientSettings, PoolSettings } from './template.ts'

/** A code that was mailed. */
export interface Code {
  readonly value: string
  readonly expiresAt: number
  readonly wrongTries: number
}

export interface User {
  /** A UUID, and the username: people name themselves by their email. */
  readonly sub: string
  readonly email: string
  /** The other attributes. */
  readonly attributes: Readonly<Record<string, string>>
  /** Hex, as the verifier of `passwordVerifier`; the password itself is not kept. */
  readonly salt: string
  readonly verifier: string
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  /** Until the user is confirmed. */
  readonly code?: Code
  /** While the user may choose another password for a forgotten one. */
  readonly reset?: Code
}

/** The sign-in that a refresh token continues; its key is the token's hash. */
export interface Grant {
  readonly sub: string
  readonly clientId: string
  readonly expiresAt: number
  /** The claims that all tokens of one sign-in share. */
  readonly claims: { readonly origin_jti: string; readonly event_id: string; readonly auth_time: number }
}

export type UserPool = ReturnType<typeof openUserPool>
/** An operation that names a client; what the body holds is yet to be checked. */
export type ClientOperation = (body: unknown, pool: UserPool, client: ClientSettings) => object

/** Opens the folder of a pool. What it holds survives a restart and `kill -9`. */
export function openUserPool(folder: string, settings: PoolSettings) {
  const users = openJournal<User>(join(folder, 'users.jsonl'))
  const grants = openJournal<Grant>(join(folder, 'refresh-tokens.jsonl'))
  const { CaseSensitive } = settings.UsernameConfiguration
  const canonical = (email: string) => (CaseSensitive ? email : email.toLowerCase())
  const subs = new Map([...users.values()].map(({ email, sub }) => [canonical(email), sub]))
  for (const [hash, { expiresAt }] of grants.entries()) if (expiresAt < Date.now()) grants.delete(hash)

  function signOut(sub: string): void {
    for (const [hash, grant] of [...grants.entries()]) if (grant.sub === sub) grants.delete(hash)
  }

  return {
    settings,
    grants,
    users: () => [...users.values()],
    /** By sub or email. */
    find: (username: string) => users.get(subs.get(canonical(username)) ?? username),
    /** Keeps a new or changed user, whose email stays as it was. */
    save(user: User) {
      users.set(user.sub, user)
      subs.set(canonical(user.email), user.sub)
    },
    remove({ sub, email }: User) {
      users.delete(sub)
      subs.delete(canonical(email))
      signOut(sub)
    },
    /** Ends every sign-in of a user. */
    signOut,
  }
}

/** A user's attributes as the API and triggers name them. */
export function attributesOf({ sub, email, attributes, code }: User): Record<string, string> {
  return { sub, email_verified: String(code === undefined), email, ...attributes }
}
