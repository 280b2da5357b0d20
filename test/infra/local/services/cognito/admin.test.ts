import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  ListUsersInGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, it } from 'vitest'
import { poolArnOf } from '../../../../../infra/local/services/cognito/template.ts'
import {
  adminGet,
  client,
  codeOf,
  cognito,
  confirm,
  email,
  expectFailure,
  functionArn,
  invoke,
  mailbox,
  open,
  password,
  poolId,
  region,
  register,
  signIn,
  signUp,
  uuid,
  verify,
  withUserPool,
} from '../../../../kit/local-cloud/user-pool.ts'

const verified = { Name: 'email_verified', Value: 'true' }
const create = (input: Partial<AdminCreateUserCommandInput> = {}) =>
  client.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: email,
      MessageAction: 'SUPPRESS',
      UserAttributes: [verified],
      ...input,
    }),
  )
const setPassword = (Permanent: boolean, Password = password) =>
  client.send(new AdminSetUserPasswordCommand({ UserPoolId: poolId, Username: email, Password, Permanent }))
const group = { UserPoolId: poolId, GroupName: 'admin' }
const add = (Username = email) => client.send(new AdminAddUserToGroupCommand({ ...group, Username }))
const remove = (Username = email) => client.send(new AdminRemoveUserFromGroupCommand({ ...group, Username }))
const members = async () => {
  const { Users = [] } = await client.send(new ListUsersInGroupCommand(group))
  return Users.map(({ Attributes }) => Attributes?.find(({ Name }) => Name === 'email')?.Value)
}
const groupsOf = async () => verify((await signIn()).AccessToken, 'access')['cognito:groups']
const attribute = async (name: string) =>
  (await adminGet(email)).UserAttributes?.find(({ Name }) => Name === name)?.Value

withUserPool()

describe('a user whom an administrator creates', () => {
  it('has to change the password, gets no mail, and signs in once the password is permanent', async () => {
    const { User } = await create({ UserAttributes: [verified, { Name: 'name', Value: 'Ann' }] })
    expect(User).toMatchObject({ Username: expect.stringMatching(uuid), UserStatus: 'FORCE_CHANGE_PASSWORD' })
    expect(User?.Attributes).toContainEqual({ Name: 'name', Value: 'Ann' })
    expect(mailbox.list(email)).toEqual([])
    await setPassword(false)
    await expectFailure(signIn(), 'InvalidParameterException', /AdminSetUserPassword/)
    await setPassword(true)
    expect(await adminGet(email)).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect(verify((await signIn()).IdToken, 'id')).toMatchObject({
      sub: User?.Username,
      email_verified: true,
    })
  })

  it('has an address that nothing verified, unless the administrator says so', async () => {
    await create({ UserAttributes: [] })
    await setPassword(true)
    expect(await attribute('email_verified')).toBe('false')
    expect(verify((await signIn()).IdToken, 'id')).toMatchObject({ email_verified: false })
  })

  it('passes the trigger before the sign-up, as one of an administrator', async () => {
    await open({ pool: { LambdaConfig: { PreSignUp: functionArn, PostConfirmation: functionArn } } })
    await create()
    await setPassword(true)
    expect(invoke.mock.calls.map(([, event]) => event)).toEqual([
      expect.objectContaining({ triggerSource: 'PreSignUp_AdminCreateUser' }),
    ])
  })

  const refusals: readonly [Partial<AdminCreateUserCommandInput>, string, RegExp][] = [
    [{ MessageAction: undefined }, 'InvalidParameterException', /invitations/],
    [{ Username: 'ann' }, 'InvalidParameterException', /email/],
    [{ TemporaryPassword: 'short' }, 'InvalidPasswordException', /./],
    [{ UserAttributes: [{ Name: 'colour', Value: 'red' }] }, 'InvalidParameterException', /colour/],
  ]
  it.each(refusals)('is refused with %j', async (input, name, message) => {
    await expectFailure(create(input), name, message)
    await expectFailure(adminGet(email), 'UserNotFoundException')
  })

  it('is refused if the address is taken', async () => {
    await register()
    await expectFailure(create(), 'UsernameExistsException')
  })
})

describe('a permanent password', () => {
  it('confirms a user who signed up, but not the address', async () => {
    await signUp()
    const code = codeOf()
    await setPassword(true, 'Another-123')
    expect(await attribute('email_verified')).toBe('false')
    await signIn(email, 'Another-123')
    await expectFailure(confirm(code), 'NotAuthorizedException', /CONFIRMED/)
  })

  it('has to fit the policy, and a user', async () => {
    await expectFailure(setPassword(true), 'UserNotFoundException')
    await register()
    await expectFailure(setPassword(true, 'short'), 'InvalidPasswordException')
    await signIn()
  })
})

describe('a group', () => {
  const openWithGroup = async (groups: readonly string[] = []) => {
    await open({ groups })
    cognito.createGroup('Admin', { ...group })
    await register()
  }

  it('is in the tokens of the users whom an administrator puts in it, until they are removed', async () => {
    await openWithGroup()
    expect(await groupsOf()).toBeUndefined()
    await add()
    await add()
    expect(await groupsOf()).toEqual(['admin'])
    expect(await members()).toEqual([email])
    await remove()
    expect(await groupsOf()).toBeUndefined()
    expect(await members()).toEqual([])
  })

  it('keeps its members over a restart', async () => {
    await openWithGroup()
    await add()
    await open({ groups: [] })
    cognito.createGroup('Admin', { ...group })
    expect(await members()).toEqual([email])
  })

  it('is in the tokens once if the start puts everyone in it, too', async () => {
    await openWithGroup(['admin'])
    await add()
    expect(await groupsOf()).toEqual(['admin'])
  })

  it('has to exist, and so has the user', async () => {
    await register()
    await expectFailure(add(), 'ResourceNotFoundException', 'Group not found.')
    cognito.createGroup('Admin', { ...group })
    await expectFailure(add('bob@example.com'), 'UserNotFoundException')
    await expectFailure(remove('bob@example.com'), 'UserNotFoundException')
  })
})

it.each([
  'AdminCreateUser',
  'AdminSetUserPassword',
  'AdminAddUserToGroup',
  'AdminRemoveUserFromGroup',
  'ListUsersInGroup',
])('%s wants the permission on the pool', (operation) => {
  const body = Buffer.from(JSON.stringify({ UserPoolId: poolId }))
  expect(cognito.service.permissions({ operation, body, headers: {}, caller: undefined })).toEqual([
    { action: `cognito-idp:${operation}`, resource: poolArnOf(region, poolId) },
  ])
})
