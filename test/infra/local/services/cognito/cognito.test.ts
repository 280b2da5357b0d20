import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SignUpCommandInput } from '@aws-sdk/client-cognito-identity-provider'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { issuerOf, poolArnOf } from '../../../../../infra/local/services/cognito/template.ts'
import type { Invocation } from '../../../../../infra/local/services/lambda/invocation.ts'
import {
  adminDelete,
  adminGet,
  ClientId,
  codeOf,
  cognito,
  confirm,
  email,
  expectFailure,
  folder,
  functionArn,
  invoke,
  mailbox,
  open,
  pass,
  password,
  poolId,
  poolProperties,
  refresh,
  region,
  register,
  resend,
  signIn,
  signInBySrp,
  signUp,
  uuid,
  verify,
  withUserPool,
  wrong,
} from '../../../../kit/local-cloud/user-pool.ts'

withUserPool()

function heldFiles(): string[] {
  const under = join(folder, 'cognito')
  const names = readdirSync(under, { recursive: true, encoding: 'utf8' })
  return names.map((name) => join(under, name)).filter((file) => statSync(file).isFile())
}

describe('signing up', () => {
  it('creates an unconfirmed user with a UUID, and mails a text whose only six digits are the code', async () => {
    expect(await signUp()).toMatchObject({
      UserConfirmed: false,
      UserSub: expect.stringMatching(uuid),
      CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' },
    })
    const mail = { to: email, subject: 'Verify your new account' }
    expect(mailbox.list()).toEqual([expect.objectContaining(mail)])
    expect(mailbox.list()[0]?.text).toMatch(/^The verification code to your new account is \d{6}$/)
    expect(await adminGet(email)).toMatchObject({ UserStatus: 'UNCONFIRMED', Enabled: true })
  })

  const Name = 'given_name'
  it.each<[string, Partial<SignUpCommandInput>, string, RegExp]>([
    ['a name that is no email', { Username: 'ann' }, 'InvalidParameterException', /should be an email/],
    ['spaces in the email', { Username: 'ann @example.com' }, 'InvalidParameterException', /should be an/],
    ['no name', { Username: '' }, 'InvalidParameterException', /'Username'/],
    ['no password', { Password: undefined }, 'InvalidParameterException', /'Password'/],
    [
      'a short password',
      { Password: 'Aa1-' },
      'InvalidPasswordException',
      /policy: Password not long enough/,
    ],
    ['no capitals', { Password: 'secret-123' }, 'InvalidPasswordException', /must have uppercase characters/],
    ['no small letters', { Password: 'SECRET-123' }, 'InvalidPasswordException', /must have lowercase/],
    ['no digits', { Password: 'Secret-abc' }, 'InvalidPasswordException', /must have numeric characters/],
    ['a long password', { Password: `Aa1${'-'.repeat(254)}` }, 'InvalidPasswordException', /too long/],
    [
      'another email attribute',
      { UserAttributes: [{ Name: 'email', Value: 'bob@example.com' }] },
      ...(['InvalidParameterException', /email/] as const),
    ],
    [
      'an unknown attribute',
      { UserAttributes: [{ Name: 'custom:rank', Value: 'high' }] },
      ...(['InvalidParameterException', /custom:rank does not exist/] as const),
    ],
    [
      'a verified email',
      { UserAttributes: [{ Name: 'email_verified', Value: 'true' }] },
      ...(['InvalidParameterException', /email_verified/] as const),
    ],
    ['an unknown client', { ClientId: 'nobody' }, 'ResourceNotFoundException', /nobody/],
  ])('refuses %s', async (_, input, name, message) => {
    await expectFailure(signUp(input), name, message)
    expect(mailbox.list()).toEqual([])
    await expectFailure(adminGet(email), 'UserNotFoundException')
  })

  it('refuses an email in use, confirmed or not, whatever its case', async () => {
    await signUp()
    await expectFailure(signUp({ Username: 'Ann@Example.com' }), 'UsernameExistsException')
    await confirm(codeOf())
    await expectFailure(signUp(), 'UsernameExistsException', 'User already exists')
    expect(mailbox.list()).toHaveLength(1)
  })

  it('distinguishes emails by case if the pool does', async () => {
    await open({ pool: { UsernameConfiguration: { CaseSensitive: true } } })
    await register()
    await register('Ann@example.com')
    await expectFailure(signIn('ANN@example.com'), 'NotAuthorizedException')
  })

  it('lets a client write only the attributes in its list', async () => {
    await open({ client: { WriteAttributes: ['name'] } })
    const refused = ['NotAuthorizedException', /write unauthorized attribute/] as const
    await expectFailure(signUp({ UserAttributes: [{ Name: 'email', Value: email }] }), ...refused)
    await expectFailure(signUp({ UserAttributes: [{ Name: 'nickname', Value: 'Ann' }] }), ...refused)
    await signUp({ UserAttributes: [{ Name: 'name', Value: 'Ann' }] })
    expect((await adminGet(email)).UserAttributes).toContainEqual({ Name: 'email', Value: email })
  })

  it('requires the attributes and symbols that the pool requires', async () => {
    const PasswordPolicy = { ...poolProperties.Policies.PasswordPolicy, RequireSymbols: true }
    const Schema = [{ Name, Required: true, Mutable: true }]
    await open({ pool: { Policies: { PasswordPolicy }, Schema } })
    await expectFailure(signUp(), 'InvalidParameterException', 'given_name is required')
    const UserAttributes = [{ Name, Value: 'Ann' }]
    await expectFailure(
      signUp({ UserAttributes, Password: 'Secret123' }),
      'InvalidPasswordException',
      'symbol',
    )
    await signUp({ UserAttributes })
  })
})

describe('confirming', () => {
  it('accepts the code from the mail, once', async () => {
    await signUp()
    await confirm(codeOf())
    expect(await adminGet(email)).toMatchObject({ UserStatus: 'CONFIRMED' })
    const status = 'User cannot be confirmed. Current status is CONFIRMED'
    await expectFailure(confirm(codeOf()), 'NotAuthorizedException', status)
    await expectFailure(resend(), 'InvalidParameterException', 'User is already confirmed.')
  })

  it('refuses another code, and every code after five wrong ones', async () => {
    await signUp()
    const code = codeOf()
    for (let tries = 0; tries < 5; tries += 1) {
      await expectFailure(confirm(wrong(code)), 'CodeMismatchException', 'please try again')
    }
    await expectFailure(confirm(code), 'LimitExceededException', 'Attempt limit exceeded')
    await resend()
    await confirm(codeOf())
  })

  it('refuses a code after a day', async () => {
    await signUp()
    pass(24 * 60 - 1)
    await expectFailure(confirm(wrong(codeOf())), 'CodeMismatchException')
    pass(2)
    await expectFailure(confirm(codeOf()), 'ExpiredCodeException', 'please request a code again')
    await resend()
    await confirm(codeOf())
  })

  it('accepts only the newest code', async () => {
    await signUp()
    const first = codeOf()
    let second = first
    // One code in a million equals the previous one.
    for (; second === first; second = codeOf()) {
      expect(await resend()).toMatchObject({ CodeDeliveryDetails: { Destination: 'a***@e***' } })
    }
    await expectFailure(confirm(first), 'CodeMismatchException')
    await confirm(second)
  })

  it('does not reveal who exists if the client hides it', async () => {
    await expectFailure(confirm('123456'), 'ExpiredCodeException')
    expect(await resend()).toMatchObject({ CodeDeliveryDetails: { Destination: 'a***@e***' } })
    expect(mailbox.list()).toEqual([])
  })

  it('reveals who exists if the client does not hide it', async () => {
    await open({ client: { PreventUserExistenceErrors: 'LEGACY' } })
    await expectFailure(confirm('123456'), 'UserNotFoundException', 'User does not exist.')
    await expectFailure(resend(), 'UserNotFoundException', 'User does not exist.')
  })
})

describe('the post-confirmation trigger', () => {
  beforeEach(() => open({ pool: { LambdaConfig: { PostConfirmation: functionArn } } }))

  it('gets the event once, after the confirmation of the person', async () => {
    let status: string | undefined
    invoke.mockImplementation(async (_, payload) => {
      status = (await adminGet(email)).UserStatus
      return { payload }
    })
    const sub = await register()
    expect(status).toBe('CONFIRMED')
    const user = { sub, email, email_verified: 'true', name: 'Ann', 'cognito:user_status': 'CONFIRMED' }
    const event = {
      version: '1',
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      region,
      userPoolId: poolId,
      userName: sub,
      request: { userAttributes: user },
      response: {},
      callerContext: { awsSdkVersion: expect.any(String), clientId: ClientId },
    }
    expect(invoke.mock.calls).toEqual([[functionArn, event]])
  })

  const error = { errorType: 'Error', errorMessage: 'no room' }
  it.each<[string, Invocation, string, string]>([
    ['fails', { payload: error, error }, 'UserLambdaValidationException', 'failed with error no room.'],
    ['answers nothing', { payload: null }, 'InvalidLambdaResponseException', 'Unrecognizable lambda output'],
  ])('fails the call if the function %s, and the person stays confirmed', async (_, answer, name, message) => {
    invoke.mockResolvedValue(answer)
    await expectFailure(register(), name, message)
    expect(await signIn()).toMatchObject({ TokenType: 'Bearer' })
  })

  it('has five seconds', async () => {
    await signUp()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    invoke.mockReturnValue(new Promise(() => {}))
    const confirming = expectFailure(confirm(codeOf()), 'UnexpectedLambdaException', 'timed out')
    await vi.waitFor(() => expect(invoke).toHaveBeenCalled())
    await vi.advanceTimersByTimeAsync(5_000)
    await confirming
  })
})

describe('the pre-sign-up trigger', () => {
  beforeEach(() => open({ pool: { LambdaConfig: { PreSignUp: functionArn } } }))

  it('gets the event before the user exists', async () => {
    const { UserSub } = await signUp({ UserAttributes: [{ Name: 'name', Value: 'Ann' }] })
    const event = {
      version: '1',
      triggerSource: 'PreSignUp_SignUp',
      region,
      userPoolId: poolId,
      userName: UserSub,
      request: { userAttributes: { email, name: 'Ann' }, validationData: null },
      response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
      callerContext: { awsSdkVersion: expect.any(String), clientId: ClientId },
    }
    expect(invoke.mock.calls).toEqual([[functionArn, event]])
  })

  it('refuses the sign-up if the function fails', async () => {
    const error = { errorType: 'Problem', errorMessage: 'Not this one.' }
    invoke.mockResolvedValue({ payload: error, error })
    const message = 'PreSignUp failed with error Not this one.'
    await expectFailure(signUp(), 'UserLambdaValidationException', message)
    await expectFailure(adminGet(email), 'UserNotFoundException')
    expect(mailbox.list()).toEqual([])
  })
})

describe('the administration', () => {
  it('finds a user by email or sub', async () => {
    const sub = await register()
    for (const name of [email, 'ANN@EXAMPLE.COM', sub]) {
      const user = await adminGet(name)
      expect(user).toMatchObject({ Username: sub, Enabled: true, UserStatus: 'CONFIRMED' })
      expect(Math.abs(Number(user.UserCreateDate) - Date.now())).toBeLessThan(60_000)
      expect(Object.fromEntries(user.UserAttributes?.map(({ Name, Value }) => [Name, Value]) ?? [])).toEqual({
        sub,
        email,
        email_verified: 'true',
        name: 'Ann',
      })
    }
  })

  it('deletes a user, whose refresh token ends, whose other tokens last, and whose email may sign up again', async () => {
    const sub = await register()
    const { RefreshToken, AccessToken } = await signIn()
    await adminDelete(sub)
    await expectFailure(adminGet(sub), 'UserNotFoundException', 'User does not exist.')
    await expectFailure(adminDelete(email), 'UserNotFoundException')
    await expectFailure(signIn(), 'NotAuthorizedException')
    await expectFailure(refresh(RefreshToken), 'NotAuthorizedException', 'Invalid Refresh Token')
    expect(verify(AccessToken, 'access').sub).toBe(sub)
    await open()
    expect(heldFiles().filter((file) => readFileSync(file, 'utf8').includes(sub))).toEqual([])
    expect(await register()).not.toBe(sub)
    await expectFailure(refresh(RefreshToken), 'NotAuthorizedException', 'Invalid Refresh Token')
  })

  it('does not know other pools', async () => {
    await expectFailure(adminGet(email, 'eu-west-1_Other1234'), 'ResourceNotFoundException', 'Other1234')
  })
})

describe('the data folder', () => {
  it('keeps users, codes, refresh tokens and the signing key', async () => {
    const sub = await register()
    await signUp({ Username: 'bob@example.com' })
    const { RefreshToken, AccessToken } = await signIn()
    await expectFailure(confirm(wrong(codeOf('bob@example.com')), 'bob@example.com'), 'CodeMismatchException')
    await open()
    expect(verify(AccessToken, 'access').sub).toBe(sub)
    expect(verify((await signIn()).AccessToken, 'access').sub).toBe(sub)
    await signInBySrp()
    await refresh(RefreshToken)
    await confirm(codeOf('bob@example.com'), 'bob@example.com')
  })

  it('contains no password and no refresh token, and only its owner may read it', async () => {
    await register()
    const { RefreshToken = '' } = await signIn()
    const files = heldFiles()
    expect(files.map((file) => file.replace(/.*\//, '')).sort()).toEqual([
      'refresh-tokens.jsonl',
      'signing-key.jsonl',
      'users.jsonl',
    ])
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const held = readFileSync(file, 'utf8')
      expect([held.includes(password), held.includes(RefreshToken)]).toEqual([false, false])
    }
  })
})

describe('the public documents of a pool', () => {
  const issuer = issuerOf(region, poolId)
  const textOf = (path: string) => String(cognito.document(path)?.body)

  it('are its keys and their address', () => {
    const jwks = JSON.parse(textOf(`/${poolId}/.well-known/jwks.json`))
    const key = { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String) }
    expect(jwks).toEqual({ keys: [{ ...key, n: expect.any(String), e: 'AQAB' }] })
    expect(cognito.keysOf(issuer)).toEqual(jwks)
    const configuration = JSON.parse(textOf(`/${poolId}/.well-known/openid-configuration`))
    expect(configuration).toEqual({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` })
  })

  it.each([
    '/',
    `/${poolId}`,
    `/${poolId}/.well-known/toString`,
    '/eu-west-1_Other/.well-known/jwks.json',
  ])('do not exist at %s', (path) => {
    expect(cognito.document(path)).toBeUndefined()
  })

  it('do not exist for a foreign issuer', () => {
    expect(cognito.keysOf('https://example.com')).toBeUndefined()
    expect(cognito.keysOf(issuerOf('us-east-1', poolId))).toBeUndefined()
  })
})

describe('a request', () => {
  const request = (operation: string, body: string) => ({
    operation,
    body: Buffer.from(body),
    headers: {},
    caller: undefined,
  })

  it.each(['', '{', 'nonsense'])('that is not JSON is refused: "%s"', async (body) => {
    await expectFailure(cognito.service.handle(request('SignUp', body)), 'SerializationException')
  })

  it.each(['null', '[]', '{"ClientId":5}'])('of another shape is refused: %s', async (body) => {
    const handled = Promise.resolve().then(() => cognito.service.handle(request('SignUp', body)))
    await expectFailure(handled, 'InvalidParameterException')
  })

  it.each(['AdminGetUser', 'AdminDeleteUser'])('of %s needs the permission on the pool', (operation) => {
    const body = JSON.stringify({ UserPoolId: poolId, Username: email })
    expect(cognito.service.permissions(request(operation, body))).toEqual([
      { action: `cognito-idp:${operation}`, resource: poolArnOf(region, poolId) },
    ])
  })

  it.each([
    'SignUp',
    'ConfirmSignUp',
    'ResendConfirmationCode',
    'InitiateAuth',
    'RespondToAuthChallenge',
  ])('of %s needs no permission', (operation) => {
    expect(cognito.service.permissions(request(operation, '{}'))).toEqual([])
  })
})
