import { randomBytes, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'
import { withPassword } from './passwords.ts'
import { invalid, notFound, read, texts, userNotFound } from './request.ts'
import { demandAttributes, isEmail, runPreSignUp } from './sign-up.ts'
import { attributesOf, statusOf, type User, type UserPool } from './user-pool.ts'

type AdminOperation = (body: unknown, pool: UserPool) => object

const creation = z.object({
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().max(2_048) })).default([]),
  TemporaryPassword: z.string().optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
})
const passwordChange = z.object({ Permanent: z.boolean().default(false) })

/** The operations of an administrator, who names the pool and signs the request with AWS credentials. */
export function adminOperations(o: CognitoOptions): Readonly<Record<string, AdminOperation>> {
  return {
    async AdminCreateUser(body, pool) {
      const { Username } = texts(body, 'Username')
      const { TemporaryPassword, MessageAction, UserAttributes } = read(creation, body)
      if (MessageAction !== 'SUPPRESS')
        throw invalid('The local cloud does not model invitations: set MessageAction to SUPPRESS')
      const given = Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]))
      const { email = Username, email_verified: verified, ...attributes } = given
      if (!isEmail(Username)) throw invalid('Username should be an email.')
      if (email.toLowerCase() !== Username.toLowerCase()) throw invalid('The email has to be the username.')
      demandAttributes(attributes, pool.settings)
      const sub = randomUUID()
      await runPreSignUp(o, pool, {
        sub,
        clientId: 'CLIENT_ID_NOT_APPLICABLE',
        source: 'PreSignUp_AdminCreateUser',
        attributes: { ...attributes, email },
      })
      if (pool.find(Username)) throw new AwsError('UsernameExistsException', 'User account already exists')
      const isVerified = verified === 'true'
      const user = withPassword(
        pool,
        {
          sub,
          email: Username,
          attributes,
          salt: '',
          verifier: '',
          createdAt: Date.now(),
          temporary: true,
          ...(!isVerified && { unverified: true as const }),
        },
        TemporaryPassword ?? randomPassword(),
      )
      pool.save(user)
      const { UserAttributes: Attributes, ...described } = describe(user)
      return { User: { ...described, Attributes } }
    },

    AdminSetUserPassword(body, pool) {
      const user = userOf(body, pool)
      const { Permanent } = read(passwordChange, body)
      const { temporary: _, code, ...kept } = withPassword(pool, user, texts(body, 'Password').Password)
      pool.save({
        ...kept,
        // Confirms the user, but not the address.
        ...(code !== undefined && { unverified: true as const }),
        ...(!Permanent && { temporary: true as const }),
      })
      return {}
    },

    AdminGetUser: (body, pool) => describe(userOf(body, pool)),

    AdminDeleteUser(body, pool) {
      pool.remove(userOf(body, pool))
      return {}
    },

    AdminAddUserToGroup(body, pool) {
      const group = groupOf(body, pool)
      const user = userOf(body, pool)
      pool.save({ ...user, groups: [...new Set([...(user.groups ?? []), group])] })
      return {}
    },

    AdminRemoveUserFromGroup(body, pool) {
      const group = groupOf(body, pool)
      const user = userOf(body, pool)
      pool.save({ ...user, groups: (user.groups ?? []).filter((name) => name !== group) })
      return {}
    },

    ListUsersInGroup(body, pool) {
      const group = groupOf(body, pool)
      const members = pool.users().filter(({ groups }) => groups?.includes(group))
      return {
        Users: members.map((user) => {
          const { UserAttributes: Attributes, ...described } = describe(user)
          return { ...described, Attributes }
        }),
      }
    },
  }
}

/** A user as `AdminGetUser` answers it. */
function describe(user: User) {
  return {
    Username: user.sub,
    UserAttributes: Object.entries(attributesOf(user)).map(([Name, Value]) => ({ Name, Value })),
    UserCreateDate: user.createdAt / 1_000,
    Enabled: true,
    UserStatus: statusOf(user),
  }
}

function userOf(body: unknown, pool: UserPool): User {
  const user = pool.find(texts(body, 'Username').Username)
  if (user === undefined) throw userNotFound()
  return user
}

function groupOf(body: unknown, pool: UserPool): string {
  const { GroupName } = texts(body, 'GroupName')
  if (!pool.groups.has(GroupName)) throw notFound('Group not found.')
  return GroupName
}

/** A password that every policy accepts. Cognito makes one, too, if the administrator gives none. */
function randomPassword(): string {
  return `Aa1!${randomBytes(12).toString('base64url')}`
}
