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
  /** A UUID. It is the username, and people sign in with their email as an alias. */
  readonly sub: string
  readonly email: string
  /** The other attributes. */
  readonly attributes: Readonly<Record<string, string>>
  /** Salt and verifier of `passwordVerifier`, in hex. The password itself is not stored. */
  readonly salt: string
  readonly verifier: string
  /** In milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  /** Present until the user is confirmed. */
  readonly code?: Code
  /** Present while the password is one that an administrator gave for the first sign-in. */
  readonly temporary?: true
  /** Present if an administrator created or confirmed the user, and nothing verified the address. */
  readonly unverified?: true
  /** The groups that an administrator put the user in. */
  readonly groups?: readonly string[]
  /** Present while the user may replace a forgotten password. */
  readonly reset?: Code
}

/** The sign-in that a refresh token continues; its key is the token's hash. */
export interface Grant {
  readonly sub: string
  readonly clientId: string
  readonly expiresAt: number
  /** The claims that are the same in all tokens of the sign-in. */
  readonly claims: { readonly origin_jti: string; readonly event_id: string; readonly auth_time: number }
}

export type UserPool = ReturnType<typeof openUserPool>
/** An operation that names a client. It checks the body itself. */
export type ClientOperation = (body: unknown, pool: UserPool, client: ClientSettings) => object

/** Opens the folder of a pool. Its data survives a restart and `kill -9`. */
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
    /** The names of the groups that the template declares. */
    groups: new Set<string>(),
    users: (): readonly User[] => [...users.values()],
    /** Finds a user by sub or email. */
    find: (username: string) => users.get(subs.get(canonical(username)) ?? username),
    /** Stores a new or changed user. The email of a user never changes. */
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

/** Returns a user's attributes under the names that the API and the triggers use. */
export function attributesOf({ sub, email, attributes, code, unverified }: User): Record<string, string> {
  return { sub, email_verified: String(code === undefined && !unverified), email, ...attributes }
}

/** Returns Cognito's word for the state of a user. */
export function statusOf({ code, temporary }: User): string {
  if (code !== undefined) return 'UNCONFIRMED'
  return temporary ? 'FORCE_CHANGE_PASSWORD' : 'CONFIRMED'
}
