import {
  type InitiateAuthCommandInput,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, it } from 'vitest'
import { clientIdOf } from '../../../../../infra/local/services/cognito/template.ts'
import {
  ClientId,
  client,
  clientProperties,
  codeOf,
  cognito,
  confirm,
  email,
  expectFailure,
  initiate,
  open,
  pass,
  password,
  poolId,
  refresh,
  register,
  signIn,
  signInBySrp,
  signUp,
  uuid,
  verify,
  withUserPool,
} from '../../../../kit/local-cloud/user-pool.ts'
import { srpClient, srpPrime } from '../../../../kit/people/srp-client.ts'

withUserPool()

describe('signing in', () => {
  it("returns tokens that AWS's verifier accepts, with Cognito's claims", async () => {
    const sub = await register()
    const { AccessToken, IdToken, ...rest } = await signIn()
    expect(rest).toEqual({
      ExpiresIn: 3_600,
      TokenType: 'Bearer',
      RefreshToken: expect.stringMatching(/^.{64,}$/),
    })
    const access = verify(AccessToken, 'access')
    const { iat, auth_time, origin_jti, event_id } = access
    expect(access).toEqual({
      token_use: 'access',
      client_id: ClientId,
      username: sub,
      scope: 'aws.cognito.signin.user.admin',
      sub,
      iss: `https://cognito-idp.eu-west-1.amazonaws.com/${poolId}`,
      'cognito:groups': ['admin'],
      iat,
      exp: iat + 3_600,
      auth_time: iat,
      jti: expect.stringMatching(uuid),
      origin_jti: expect.stringMatching(uuid),
      event_id: expect.stringMatching(uuid),
    })
    expect(Math.abs(Date.now() / 1_000 - iat)).toBeLessThan(10)
    expect(verify(IdToken, 'id')).toEqual({
      token_use: 'id',
      aud: ClientId,
      'cognito:username': sub,
      email,
      email_verified: true,
      name: 'Ann',
      sub,
      iss: access.iss,
      'cognito:groups': ['admin'],
      jti: expect.not.stringMatching(access.jti),
      iat,
      exp: iat + 1_800,
      auth_time,
      origin_jti,
      event_id,
    })
  })

  it('leaves out the groups if there are none', async () => {
    await open({ groups: [] })
    await register()
    expect(verify((await signIn()).AccessToken, 'access')).not.toHaveProperty('cognito:groups')
  })

  it.each(['ANN@Example.com', 'the sub'])('accepts %s as a name', async (name) => {
    const sub = await register()
    expect(verify((await signIn(name === 'the sub' ? sub : name)).AccessToken, 'access').sub).toBe(sub)
  })

  const given = { USERNAME: email, PASSWORD: password }
  const bob = { ...given, USERNAME: 'bob@example.com' }
  const flow = 'InvalidParameterException'
  it.each<[string, Partial<InitiateAuthCommandInput>, string, RegExp]>([
    [
      'a wrong password',
      { AuthParameters: { ...given, PASSWORD: 'Secret-124' } },
      ...(['NotAuthorizedException', /^Incorrect username or password.$/] as const),
    ],
    ['a stranger', { AuthParameters: bob }, 'NotAuthorizedException', /^Incorrect username or password.$/],
    ['no password', { AuthParameters: { USERNAME: email } }, flow, /'PASSWORD'/],
    ['no parameters', {}, flow, /'AuthParameters'/],
    ['no flow', { AuthFlow: undefined, AuthParameters: given }, flow, /'AuthFlow'/],
    [
      'another flow',
      { AuthFlow: 'CUSTOM_AUTH', AuthParameters: given },
      flow,
      /CUSTOM_AUTH flow not enabled/,
    ],
    ['an unknown client', { ClientId: 'x', AuthParameters: given }, 'ResourceNotFoundException', /x/],
  ])('refuses %s', async (_, input, name, message) => {
    await register()
    await expectFailure(initiate(input), name, message)
  })

  it.each([
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ])('refuses a flow that the client does not allow, for lack of %s', async (missing) => {
    await open({
      client: { ExplicitAuthFlows: clientProperties.ExplicitAuthFlows.filter((name) => name !== missing) },
    })
    const AuthFlow = missing.replace('ALLOW_', '') as 'USER_SRP_AUTH' // or another flow of the table
    await expectFailure(initiate({ AuthFlow, AuthParameters: given }), flow, `${AuthFlow} flow not enabled`)
  })

  it('reveals who exists if the client does not hide it', async () => {
    await open({ client: { PreventUserExistenceErrors: 'LEGACY' } })
    await expectFailure(signIn(), 'UserNotFoundException', 'User does not exist.')
    await expectFailure(signInBySrp(), 'UserNotFoundException', 'User does not exist.')
  })

  it('is only for confirmed users, and says so only to a caller who knows the password', async () => {
    await signUp()
    await expectFailure(signIn(), 'UserNotConfirmedException', 'User is not confirmed.')
    await expectFailure(signIn(email, 'Secret-124'), 'NotAuthorizedException')
    await expectFailure(signInBySrp(), 'UserNotConfirmedException', 'User is not confirmed.')
  })
})

describe('signing in by SRP', () => {
  it('returns tokens to a caller who proves the password', async () => {
    const sub = await register()
    const { answer } = await signInBySrp()
    const tokens = { TokenType: 'Bearer', ExpiresIn: 3_600, RefreshToken: expect.any(String) }
    expect(answer.AuthenticationResult).toMatchObject(tokens)
    expect(verify(answer.AuthenticationResult?.AccessToken, 'access').sub).toBe(sub)
  })

  it('works with every password and number', async () => {
    // Bytes are padded if their highest bit is set: a mistake shows in one of two exchanges, or in one of sixteen.
    for (let n = 0; n < 24; n += 1) {
      const Username = `person-${n}@example.com`
      const secret = `Sécret ${n}`
      await signUp({ Username, Password: secret })
      await confirm(codeOf(Username), Username)
      await signInBySrp({ USERNAME: Username, secret })
    }
  })

  it.each<[string, Parameters<typeof signInBySrp>[0], string]>([
    ['a wrong password', { secret: 'Secret-124' }, 'Incorrect username or password.'],
    ['a stranger', { USERNAME: 'bob@example.com' }, 'Incorrect username or password.'],
    ['an answer after three minutes', { late: () => pass(3.1) }, 'Invalid session for the user.'],
  ])('refuses %s', async (_, o, message) => {
    await register()
    await expectFailure(signInBySrp(o), 'NotAuthorizedException', message)
  })

  it.each([
    '0',
    srpPrime,
    (2n * BigInt(`0x${srpPrime}`)).toString(16),
    'xyz',
  ])('refuses a number that fixes the key or is invalid: %s', async (SRP_A) => {
    await register()
    const AuthParameters = { USERNAME: email, SRP_A }
    await expectFailure(initiate({ AuthFlow: 'USER_SRP_AUTH', AuthParameters }), 'InvalidParameterException')
  })

  it('accepts an answer once, and only for its own person', async () => {
    await register()
    await register('bob@example.com')
    const { input } = await signInBySrp()
    const again = client.send(new RespondToAuthChallengeCommand(input))
    await expectFailure(again, 'NotAuthorizedException', 'Invalid session')

    const srp = srpClient(poolId, password)
    const AuthParameters = { USERNAME: email, SRP_A: srp.SRP_A }
    const { ChallengeName, ChallengeParameters } = await initiate({
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters,
    })
    const ChallengeResponses = { ...srp.answer(ChallengeParameters ?? {}), USERNAME: 'bob@example.com' }
    const other = new RespondToAuthChallengeCommand({ ClientId, ChallengeName, ChallengeResponses })
    await expectFailure(client.send(other), 'NotAuthorizedException')
  })

  it('accepts no other challenge', async () => {
    const other = { ClientId, ChallengeName: 'SMS_MFA', ChallengeResponses: { USERNAME: email } } as const
    const call = client.send(new RespondToAuthChallengeCommand(other))
    await expectFailure(call, 'InvalidParameterException', 'ChallengeName')
  })
})

describe('refreshing', () => {
  it.each([
    'REFRESH_TOKEN_AUTH',
    'REFRESH_TOKEN',
  ] as const)('by %s returns new tokens of the same sign-in', async (AuthFlow) => {
    await register()
    const { RefreshToken, AccessToken } = await signIn()
    pass(50)
    const { AuthenticationResult } = await refresh(RefreshToken, { AuthFlow })
    expect(AuthenticationResult).not.toHaveProperty('RefreshToken')
    const before = verify(AccessToken, 'access')
    const after = verify(AuthenticationResult?.AccessToken, 'access')
    const { sub, auth_time, origin_jti, event_id } = before
    expect(after).toMatchObject({ sub, auth_time, origin_jti, event_id })
    expect(after.jti).not.toBe(before.jti)
    expect(after.iat - before.iat).toBeGreaterThanOrEqual(3_000)
  })

  it('ends after thirty days, even across a restart', async () => {
    await register()
    const { RefreshToken } = await signIn()
    pass(43_199)
    await open()
    await refresh(RefreshToken)
    pass(2)
    await expectFailure(refresh(RefreshToken), 'NotAuthorizedException', 'Refresh Token has expired')
    await open()
    await expectFailure(refresh(RefreshToken), 'NotAuthorizedException', 'Invalid Refresh Token')
  })

  it('refuses a token of another client, and other text', async () => {
    await register()
    const { RefreshToken } = await signIn()
    cognito.createUserPoolClient('Other', clientProperties)
    const other = refresh(RefreshToken, { ClientId: clientIdOf('Other') })
    await expectFailure(other, 'NotAuthorizedException', 'Invalid Refresh Token')
    await expectFailure(refresh('nonsense'), 'NotAuthorizedException', 'Invalid Refresh Token')
  })
})
