import {
  ChangePasswordCommand,
  ConfirmForgotPasswordCommand,
  DeleteUserCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  RevokeTokenCommand,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js'
import { describe, expect, it } from 'vitest'
import {
  ClientId,
  client,
  codeOf,
  email,
  expectFailure,
  functionArn,
  invoke,
  mailbox,
  open,
  pass,
  password,
  poolId,
  refresh,
  register,
  signIn,
  signInBySrp,
  signUp,
  withUserPool,
  wrong,
} from '../../../../kit/local-cloud/user-pool.ts'

withUserPool()

const other = 'Another-456'
const forgot = (Username = email) => client.send(new ForgotPasswordCommand({ ClientId, Username }))
const reset = (ConfirmationCode: string, Password = other, Username = email) =>
  client.send(new ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password }))
const getUser = (AccessToken: string | undefined) => client.send(new GetUserCommand({ AccessToken }))

describe('a forgotten password', () => {
  it('is replaced with a code from a mail, which works once', async () => {
    await register()
    const { CodeDeliveryDetails } = await forgot()
    expect(CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL', Destination: 'a***@e***' })
    const code = codeOf()
    await expectFailure(reset(wrong(code)), 'CodeMismatchException')
    await expectFailure(reset(code, 'short'), 'InvalidPasswordException')
    await reset(code)
    await expectFailure(signIn(), 'NotAuthorizedException')
    expect(await signIn(email, other)).toHaveProperty('AccessToken')
    await signInBySrp({ secret: other })
    await expectFailure(reset(code), 'ExpiredCodeException')
  })

  it('is not replaced after the code expires, or by guessing', async () => {
    await register()
    await forgot()
    const code = codeOf()
    for (let i = 0; i < 5; i++) await expectFailure(reset(wrong(code)), 'CodeMismatchException')
    await expectFailure(reset(code), 'LimitExceededException')
    await forgot()
    const next = codeOf()
    pass(61)
    await expectFailure(reset(next), 'ExpiredCodeException')
    expect(await signIn()).toHaveProperty('AccessToken')
  })

  it('does not reveal who is registered, and is only for confirmed users', async () => {
    expect((await forgot('nobody@example.com')).CodeDeliveryDetails?.Destination).toBe('n***@e***')
    expect(mailbox.list()).toEqual([])
    await expectFailure(reset('123456', other, 'nobody@example.com'), 'ExpiredCodeException')
    await signUp()
    await expectFailure(forgot(), 'InvalidParameterException', /no registered\/verified email/)
    await open({ client: { PreventUserExistenceErrors: 'LEGACY' } })
    await expectFailure(forgot('nobody@example.com'), 'UserNotFoundException')
  })

  it('runs the trigger, as a confirmation does', async () => {
    await open({ pool: { LambdaConfig: { PostConfirmation: functionArn } } })
    await register()
    invoke.mockClear()
    await forgot()
    await reset(codeOf())
    const triggerSource = 'PostConfirmation_ConfirmForgotPassword'
    expect(invoke.mock.calls).toMatchObject([[functionArn, { triggerSource }]])
  })
})

describe('a signed-in user', () => {
  it('reads and changes their attributes, except the email', async () => {
    const sub = await register()
    const { AccessToken } = await signIn()
    const change = (Name: string, Value: string) =>
      client.send(new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name, Value }] }))
    await change('name', 'Anna')
    const { Username, UserAttributes } = await getUser(AccessToken)
    expect(Username).toBe(sub)
    expect(UserAttributes).toContainEqual({ Name: 'name', Value: 'Anna' })
    await expectFailure(
      change('email', 'b@example.com'),
      'InvalidParameterException',
      /sign up with the new one/,
    )
    await expectFailure(change('custom:x', '1'), 'InvalidParameterException', /custom:x/)
  })

  it('changes their password with the present one', async () => {
    await register()
    const { AccessToken } = await signIn()
    const change = (PreviousPassword: string, ProposedPassword: string) =>
      client.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }))
    await expectFailure(change('Wrong-123', other), 'NotAuthorizedException')
    await expectFailure(change(password, 'short'), 'InvalidPasswordException')
    await change(password, other)
    expect(await signIn(email, other)).toHaveProperty('AccessToken')
  })

  it('signs out everywhere, which ends their tokens', async () => {
    await register()
    const [one, two] = [await signIn(), await signIn()]
    await client.send(new GlobalSignOutCommand({ AccessToken: one.AccessToken }))
    for (const { AccessToken, RefreshToken } of [one, two]) {
      await expectFailure(getUser(AccessToken), 'NotAuthorizedException', /revoked/)
      await expectFailure(refresh(RefreshToken), 'NotAuthorizedException')
    }
    expect(await getUser((await signIn()).AccessToken)).toHaveProperty('Username')
  })

  it('signs out in one place by revoking its refresh token', async () => {
    await register()
    const [one, two] = [await signIn(), await signIn()]
    await client.send(new RevokeTokenCommand({ ClientId, Token: String(one.RefreshToken) }))
    await expectFailure(refresh(one.RefreshToken), 'NotAuthorizedException')
    expect(await refresh(two.RefreshToken)).toHaveProperty('AuthenticationResult')
    await client.send(new RevokeTokenCommand({ ClientId, Token: 'unknown' }))
  })

  it('deletes themselves', async () => {
    await register()
    const { AccessToken } = await signIn()
    await client.send(new DeleteUserCommand({ AccessToken }))
    await expectFailure(signIn(), 'NotAuthorizedException')
    await expectFailure(getUser(AccessToken), 'NotAuthorizedException')
  })

  it('is recognised only by an access token of the pool', async () => {
    await register()
    const { AccessToken = '', IdToken } = await signIn()
    const [head, , signature] = AccessToken.split('.')
    const forged = Buffer.from('{"token_use":"access"}').toString('base64url')
    for (const token of [IdToken, 'x', `${AccessToken}.x`, `${head}.${forged}.${signature}`])
      await expectFailure(getUser(token), 'NotAuthorizedException', /Invalid Access Token/)
    pass(61)
    await expectFailure(getUser(AccessToken), 'NotAuthorizedException', /expired/)
  })
})

describe('amazon-cognito-identity-js', () => {
  it('resets and changes a password, signs out, signs out everywhere, and deletes the user', async () => {
    await register()
    const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? expect.fail('no endpoint')
    const kept = new Map<string, string>()
    const Storage = {
      setItem: (name: string, value: string) => void kept.set(name, value),
      getItem: (name: string) => kept.get(name) ?? null,
      removeItem: (name: string) => void kept.delete(name),
      clear: () => kept.clear(),
    }
    const endpoint = `${protocol}//${hostname}:${port}`
    const Pool = new CognitoUserPool({ UserPoolId: poolId, ClientId, endpoint, Storage })
    const ann = new CognitoUser({ Username: email, Pool, Storage })
    const enter = (Password: string) =>
      new Promise((onSuccess, onFailure) =>
        ann.authenticateUser(new AuthenticationDetails({ Username: email, Password }), {
          onSuccess,
          onFailure,
        }),
      )
    const promised = (call: (done: (error: unknown) => void) => void) =>
      new Promise<void>((resolve, reject) => call((error) => (error ? reject(error) : resolve())))

    await new Promise((onSuccess, onFailure) => ann.forgotPassword({ onSuccess, onFailure }))
    await new Promise<string>((onSuccess, onFailure) =>
      ann.confirmPassword(codeOf(), other, { onSuccess, onFailure }),
    )
    await enter(other)
    await promised((done) => ann.changePassword(other, password, done))
    await promised((done) => ann.signOut(() => done(undefined)))
    await enter(password)
    await new Promise<string>((onSuccess, onFailure) => ann.globalSignOut({ onSuccess, onFailure }))
    await enter(password)
    await promised((done) => ann.deleteUser(done))
    await expect(enter(password)).rejects.toMatchObject({ code: 'NotAuthorizedException' })
  })
})
