import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

const events = (table: ReturnType<typeof backend>['table']) =>
  table.all().flatMap((item) => JSON.parse(item.events).map((event: object) => ({ ...event, pk: item.pk })))

const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 }

describe("registration as Cognito's trigger", () => {
  it('registers a person who has confirmed their address, and returns the event', async () => {
    const { confirm, table } = backend()
    const event = await confirm('ann', { email: 'Ann@example.com', name: 'Ann' })
    expect(event).toMatchObject({ triggerSource: 'PostConfirmation_ConfirmSignUp', userName: 'ann' })
    expect(events(table)).toEqual([
      {
        pk: 'user-ann',
        type: 'UserRegistered',
        schema: 1,
        data: { email: 'Ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
      },
    ])
  })

  it.each([
    ['no name', {}],
    ['an empty name', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(101) }],
    ['control characters in the name', { name: 'a\u0000b' }],
  ])('uses the part before the @ if there is %s', async (_, attributes) => {
    const { confirm, table } = backend()
    await confirm('ann', { email: 'ann.b@example.com', ...attributes })
    expect(events(table)).toMatchObject([{ data: { name: 'ann.b' } }])
  })

  it('registers once, however often it is called, even if the attributes have changed', async () => {
    const { confirm, table } = backend()
    await confirm('ann')
    await confirm('ann', { name: 'Annie' })
    expect(events(table)).toHaveLength(1)
  })

  it('ignores the other events that Cognito calls it for', async () => {
    const { confirm, table } = backend()
    const event = await confirm('ann', {}, 'PostConfirmation_ConfirmForgotPassword')
    expect(event).toMatchObject({ userName: 'ann' })
    expect(events(table)).toEqual([])
  })

  it("never fails: the address is already confirmed, and the person's first request reports the problem", async () => {
    const { confirm, table } = backend()
    await confirm('ann', { email: 'same@example.com' })
    const event = await confirm('bob', { email: 'Same@example.com' })
    expect(event).toMatchObject({ userName: 'bob' })
    expect(events(table)).toHaveLength(1)
  })
})

describe('registration before a sign-up', () => {
  it('accepts an address that can be registered, and writes nothing', async () => {
    const { confirm, table } = backend()
    expect(await confirm('ann', {}, 'PreSignUp_SignUp')).toMatchObject({ userName: 'ann' })
    expect(events(table)).toEqual([])
  })

  it.each([
    ['none', ''],
    ['a control character', 'a\u0007b@example.com'],
    ['a direction mark', 'a\u202eb@example.com'],
    ['263 characters', `${'a'.repeat(251)}@example.com`],
  ])('refuses an address with %s, which the domain would always refuse', async (_, email) => {
    const { confirm } = backend()
    await expect(confirm('ann', { email }, 'PreSignUp_SignUp')).rejects.toMatchObject({
      message: 'This email address is not supported. Use another one.',
    })
  })
})

describe('registration for an API', () => {
  const request = (userId: string) => ({ userPoolId: 'pool', userId, correlationId: 'correlation' })

  it('looks up the person and registers them', async () => {
    const { registration, signUp, table } = backend()
    signUp('ann', { name: 'Ann' })
    expect(await registration(request('ann'), context)).toEqual({ registered: true })
    expect(events(table)).toMatchObject([{ data: { email: 'ann@example.com', name: 'Ann' } }])
    expect(table.all()).toMatchObject([{ actorId: 'ann', correlationId: 'correlation' }])
  })

  it('finds a person whom the trigger registered', async () => {
    const { registration, confirm, signUp, table } = backend()
    signUp('ann')
    await confirm('ann')
    expect(await registration(request('ann'), context)).toEqual({ registered: true })
    expect(events(table)).toHaveLength(1)
  })

  it.each([
    ['email-taken', { email: 'same@example.com' }, { code: 'taken', rule: 'email-taken' }],
    ['an address that was changed and not confirmed', { email_verified: 'false' }, { code: 'forbidden' }],
    ['an invalid address', { email: 'ann' }, { code: 'invalid-input' }],
  ])('returns the problem that prevents it, and logs no error: %s', async (_, attributes, problem) => {
    const { registration, confirm, signUp, registrationErrors } = backend()
    await confirm('bob', { email: 'same@example.com' })
    signUp('ann', attributes)
    expect(await registration(request('ann'), context)).toMatchObject({ problem })
    expect(registrationErrors).toEqual([])
  })

  it('reports that the person does not exist', async () => {
    const { registration } = backend()
    expect(await registration(request('ann'), context)).toMatchObject({
      problem: { code: 'unauthenticated' },
    })
  })

  it('keeps the details of an internal error in the log', async () => {
    const { registration, signUp, people, registrationErrors } = backend()
    signUp('ann')
    people.get = () => {
      throw new Error('secret')
    }
    const answer = await registration(request('ann'), context)
    expect(answer).toMatchObject({ problem: { code: 'internal' } })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(registrationErrors).toEqual(['not registered'])
  })
})
