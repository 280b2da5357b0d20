import { randomBytes } from 'node:crypto'
import { deliveryTo, demandCode, expired, mailCode } from './codes.ts'
import type { CognitoOptions } from './cognito-options.ts'
import { runPostConfirmation } from './post-confirmation.ts'
import { invalid, texts, userNotFound } from './request.ts'
import { demandPassword } from './sign-up.ts'
import { passwordVerifier } from './srp.ts'
import type { ClientOperation, User, UserPool } from './user-pool.ts'

/** How long a code for a forgotten password is valid (developer guide, "Passwords, account recovery"). */
const codeLifeMs = 3_600_000

/** Returns the user with a new password. Throws InvalidPasswordException if the pool's policy refuses it. */
export function withPassword(pool: UserPool, user: User, password: string): User {
  demandPassword(password, pool.settings.Policies.PasswordPolicy)
  const salt = randomBytes(16).toString('hex')
  return { ...user, salt, verifier: passwordVerifier(pool.settings.id, user.sub, salt, password) }
}

/** The operations that replace a forgotten password, with a code from a mail. */
export function forgottenPasswordOperations(o: CognitoOptions) {
  return {
    ForgotPassword(body, pool, client) {
      const { Username } = texts(body, 'Username')
      const user = pool.find(Username)
      if (user === undefined && client.PreventUserExistenceErrors === 'LEGACY') throw userNotFound()
      if (user?.code !== undefined)
        throw invalid(
          'Cannot reset password for the user as there is no registered/verified email or phone_number',
        )
      if (user !== undefined) pool.save({ ...user, reset: mailCode(o, pool, user, codeLifeMs) })
      return { CodeDeliveryDetails: deliveryTo(user?.email ?? Username) }
    },

    async ConfirmForgotPassword(body, pool, client) {
      const { Username, ConfirmationCode, Password } = texts(body, 'Username', 'ConfirmationCode', 'Password')
      const found = pool.find(Username)
      if (found === undefined)
        throw client.PreventUserExistenceErrors === 'LEGACY' ? userNotFound() : expired()
      const { reset, ...user } = found
      if (reset === undefined) throw expired()
      demandCode(reset, ConfirmationCode, (kept) => pool.save({ ...user, reset: kept }))
      const changed = withPassword(pool, user, Password)
      pool.save(changed)
      return runPostConfirmation(o, pool, client, changed, 'PostConfirmation_ConfirmForgotPassword')
    },
  } satisfies Record<string, ClientOperation>
}
