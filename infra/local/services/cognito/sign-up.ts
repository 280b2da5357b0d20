import { randomBytes, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from '../../gateway/aws-service.ts'
import { deliveryTo, demandCode, expired, mailCode } from './codes.ts'
import type { CognitoOptions } from './cognito-options.ts'
import { runPostConfirmation } from './post-confirmation.ts'
import { invalid, notAuthorized, read, texts, userNotFound } from './request.ts'
import { passwordVerifier } from './srp.ts'
import { type ClientSettings, type PoolSettings, standardAttributes } from './template.ts'
import { runTrigger } from './triggers.ts'
import type { ClientOperation, User, UserPool } from './user-pool.ts'

const codeLifeMs = 24 * 3_600_000
const attribute = z.object({ Name: z.string(), Value: z.string().max(2_048) })
const signUpRequest = z.object({ UserAttributes: z.array(attribute).default([]) })

/** The operations for signing up and for confirming with a code from a mail. */
export function signUpOperations(o: CognitoOptions) {
  function sendCode(pool: UserPool, user: User) {
    pool.save({ ...user, code: mailCode(o, pool, user, codeLifeMs) })
    return deliveryTo(user.email)
  }

  return {
    async SignUp(body, pool, client) {
      const { Username, Password } = texts(body, 'Username', 'Password')
      const given = read(signUpRequest, body).UserAttributes.map(({ Name, Value }) => [Name, Value] as const)
      const { email = Username, ...attributes } = Object.fromEntries(given)
      demandWritable(
        given.map(([name]) => name),
        client,
      )
      if (!isEmail(Username)) throw invalid('Username should be an email.')
      if (email.toLowerCase() !== Username.toLowerCase()) throw invalid('The email has to be the username.')
      demandAttributes(attributes, pool.settings)
      demandPassword(Password, pool.settings.Policies.PasswordPolicy)
      const sub = randomUUID()
      await runPreSignUp(o, pool, {
        sub,
        clientId: client.id,
        source: 'PreSignUp_SignUp',
        attributes: { ...attributes, email },
      })
      if (pool.find(Username)) throw new AwsError('UsernameExistsException', 'User already exists')
      const salt = randomBytes(16).toString('hex')
      const createdAt = Date.now()
      const verifier = passwordVerifier(pool.settings.id, sub, salt, Password)
      const delivery = sendCode(pool, { sub, email: Username, attributes, salt, verifier, createdAt })
      return { UserConfirmed: false, UserSub: sub, CodeDeliveryDetails: delivery }
    },

    ResendConfirmationCode(body, pool, client) {
      const { Username } = texts(body, 'Username')
      const user = pool.find(Username)
      if (user === undefined && client.PreventUserExistenceErrors === 'LEGACY') throw userNotFound()
      if (user && !user.code) throw invalid('User is already confirmed.')
      return { CodeDeliveryDetails: user ? sendCode(pool, user) : deliveryTo(Username) }
    },

    async ConfirmSignUp(body, pool, client) {
      const { Username, ConfirmationCode } = texts(body, 'Username', 'ConfirmationCode')
      const found = pool.find(Username)
      if (!found) throw client.PreventUserExistenceErrors === 'LEGACY' ? userNotFound() : expired()
      const { code, ...user } = found
      if (code === undefined) throw notAuthorized('User cannot be confirmed. Current status is CONFIRMED')
      demandCode(code, ConfirmationCode, (kept) => pool.save({ ...user, code: kept }))
      pool.save(user)
      return runPostConfirmation(o, pool, client, user, 'PostConfirmation_ConfirmSignUp')
    },
  } satisfies Record<string, ClientOperation>
}

export interface PreSignUpCall {
  readonly sub: string
  readonly clientId: string
  readonly source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser'
  readonly attributes: Readonly<Record<string, string>>
}

/** Runs the PreSignUp trigger of a pool, if it has one. Throws as `runTrigger` does. */
export async function runPreSignUp(
  o: Pick<CognitoOptions, 'invoke' | 'log' | 'region'>,
  { settings }: Pick<UserPool, 'settings'>,
  call: PreSignUpCall,
): Promise<void> {
  const { PreSignUp } = settings.LambdaConfig
  if (PreSignUp === undefined) return
  await runTrigger(o, 'PreSignUp', PreSignUp, {
    version: '1',
    region: o.region,
    userPoolId: settings.id,
    userName: call.sub,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: call.clientId },
    triggerSource: call.source,
    request: { userAttributes: call.attributes, validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
}

/**
 * Throws NotAuthorizedException unless a client may write all of these attributes. An email that the client gives only
 * as the username does not count as written.
 */
export function demandWritable(names: readonly string[], { WriteAttributes }: ClientSettings): void {
  const strange = names.some((name) => standardAttributes.includes(name) && !WriteAttributes.includes(name))
  if (strange) throw notAuthorized('A client attempted to write unauthorized attribute')
}

/** Throws InvalidParameterException unless the pool has these attributes, and requires no other one. */
export function demandAttributes(
  attributes: Readonly<Record<string, string>>,
  { Schema }: PoolSettings,
): void {
  const strange = Object.keys(attributes).find((name) => !standardAttributes.includes(name))
  if (strange) throw invalid(`Attributes did not conform to the schema: ${strange} does not exist in it`)
  const missing = Schema.find(({ Name, Required }) => Required && Name !== 'email' && !attributes[Name])
  if (missing) throw invalid(`Attributes did not conform to the schema: ${missing.Name} is required`)
}

const characters = [
  ['RequireLowercase', /[a-z]/, 'lowercase'],
  ['RequireUppercase', /[A-Z]/, 'uppercase'],
  ['RequireNumbers', /[0-9]/, 'numeric'],
  ['RequireSymbols', /[!-/:-@[-`{-~ ]/, 'symbol'],
] as const

/** Throws InvalidPasswordException unless a password meets the pool's policy. */
export function demandPassword(password: string, policy: PoolSettings['Policies']['PasswordPolicy']): void {
  const missing = characters.find(([rule, pattern]) => policy[rule] && !pattern.test(password))
  const tooShort = password.length < policy.MinimumLength && 'Password not long enough'
  const tooLong = password.length > 256 && 'Password too long'
  const failure = tooShort || tooLong || (missing && `Password must have ${missing[2]} characters`)
  if (!failure) return
  throw new AwsError('InvalidPasswordException', `Password did not conform with policy: ${failure}`)
}

export function isEmail(text: string): boolean {
  const [name = '', domain = '', ...more] = text.split('@')
  const isDotted = domain.slice(1, -1).includes('.')
  return name !== '' && isDotted && more.length === 0 && !/\s/.test(text)
}
