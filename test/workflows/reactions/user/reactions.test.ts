import { describe, expect, it, vi } from 'vitest'
import type { UserEvent } from '../../../../domain/user/events.ts'
import { signInDeletion } from '../../../../workflows/user/sign-in-deletion.ts'
import { welcome } from '../../../../workflows/user/welcome-mail.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const renamed: UserEvent = { type: 'UserProfileChanged', data: { name: 'Annie' } }
const deleted: UserEvent = { type: 'UserDeleted', data: {} }

describe('a welcome', () => {
  it('goes to the address in the stream of the person, and carries the id of the event', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    await handlerOf(welcome(ports))(await publish(user, registered), context)
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        eventId: `${user}/1`,
        subject: 'Welcome to Annals',
        text: expect.stringContaining('Hello Ann,'),
      },
    ])
  })

  it('is counted by its outcome, and a failure as one', async () => {
    const { user, ports, handlerOf, publish, faults, measured } = setUp()
    const handler = handlerOf(welcome(ports))
    const event = await publish(user, registered)
    faults.push(new Error('SES is down'))
    await expect(handler(event, context)).rejects.toThrow('SES is down')
    await handler(event, context)
    await handler(event, context)
    const reaction = 'welcome-email'
    expect(measured).toEqual([
      { ReactionsFailed: 1, reaction, outcome: 'failed' },
      { ReactionsFailed: 0, reaction, outcome: 'sent' },
      { ReactionsFailed: 0, reaction, outcome: 'repeated' },
    ])
  })

  it("uses the person's present name", async () => {
    const { user, ports, handlerOf, publish, append, mails } = setUp()
    const event = await publish(user, registered)
    await append(user, renamed)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toMatchObject([{ text: expect.stringContaining('Hello Annie,') }])
  })

  it('is not sent to a person who has deleted their account', async () => {
    const { user, ports, handlerOf, publish, append, mails, lines } = setUp()
    const event = await publish(user, registered)
    await append(user, deleted)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ message: 'reacted', extra: { outcome: 'no-recipient' } }])
  })

  it('is not sent to an unknown person, whatever the event says', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const data = { userId: 'nobody', email: 'bob@example.com' }
    await handlerOf(welcome(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(mails).toEqual([])
  })

  it('is sent once for an event that arrives five times, in any environment', async () => {
    const { user, ports, handlerOf, publish, mails, lines } = setUp()
    const event = await publish(user, registered)
    const handler = handlerOf(welcome(ports))
    for (let time = 0; time < 4; time++) await handler({ ...event, id: `delivery-${time}` }, context)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toHaveLength(1)
    expect(lines.map(({ extra }) => extra)).toMatchObject([
      { outcome: 'sent', repeated: false },
      ...Array(4).fill({ outcome: 'sent', repeated: true }),
    ])
  })

  it('is sent once for an event that arrives twice at the same time', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const both = [handlerOf(welcome(ports)), handlerOf(welcome(ports))]
    const results = await Promise.allSettled(both.map((handler) => handler(event, context)))
    expect(mails).toHaveLength(1)
    // The other invocation has found it done, or fails and is repeated.
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
  })

  it('is retried after a refusal, and then sent', async () => {
    const { user, ports, handlerOf, publish, mails, lines, faults } = setUp()
    const event = await publish(user, registered)
    faults.push(new Error('Throttled'))
    await expect(handlerOf(welcome(ports))(event, context)).rejects.toThrow('Throttled')
    expect(mails).toEqual([])
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toHaveLength(1)
    expect(lines.map(({ message }) => message)).toEqual(['reaction failed', 'reacted'])
  })

  it('is sent if a function was cut off before it could send, once its time has passed', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    let started = false
    const send = () => {
      started = true
      return new Promise<void>(() => {})
    }
    const cutOff = { ...context, getRemainingTimeInMillis: () => 300 }
    void handlerOf(welcome({ ...ports, mailer: { send } }))(event, cutOff)
    await vi.waitFor(() => expect(started).toBe(true))
    const handler = handlerOf(welcome(ports))
    await vi.waitFor(() => handler(event, context), { timeout: 5000 })
    expect(mails).toHaveLength(1)
  })

  it('is not sent for an event that is too old', async () => {
    const { user, ports, handlerOf, publish, mails, lines, clock } = setUp()
    const event = await publish(user, registered)
    clock.setNow(clock.now() + 15 * 24 * 60 * 60 * 1000)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'too-old' } }])
  })

  it('is logged with the correlation id, and without name and address', async () => {
    const { user, ports, handlerOf, publish, lines } = setUp()
    await handlerOf(welcome(ports))(await publish(user, registered), context)
    expect(lines).toMatchObject([
      { extra: { reaction: 'welcome-email', event: `${user}/1`, correlationId: 'correlation' } },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/example\.com|Ann\b/)
  })
})

describe('a reaction', () => {
  it.each<[string, object]>([
    ['of another source', { source: 'other' }],
    ['of another type', { 'detail-type': 'UserDeleted' }],
    ['without a detail', { detail: undefined }],
  ])('fails at an event %s, which then moves to the dead-letter queue', async (_, over) => {
    const { user, ports, handlerOf, publish, mails, lines } = setUp()
    const event = { ...(await publish(user, registered)), ...over }
    await expect(handlerOf(welcome(ports))(event, context)).rejects.toMatchObject({ code: 'unreadable' })
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ level: 'error', message: 'event cannot be read' }])
  })

  it.each<[string, object]>([
    ['another schema', { schema: 2 }],
    ['a type other than its detail type', { type: 'UserDeleted' }],
    ['no id', { id: undefined }],
    ['data of another shape', { data: { user: 'ann' } }],
  ])('fails at an event with %s', async (_, over) => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const strange = { ...event, detail: { ...event.detail, ...over } }
    await expect(handlerOf(welcome(ports))(strange, context)).rejects.toMatchObject({ code: 'unreadable' })
    expect(mails).toEqual([])
  })

  it('accepts an event with unknown fields', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    await handlerOf(welcome(ports))({ ...event, detail: { ...event.detail, tenant: 'x' } }, context)
    expect(mails).toHaveLength(1)
  })
})

describe('the deletion of a sign-in', () => {
  it('follows the deletion of the account, once', async () => {
    const { user, userId, ports, handlerOf, publish, deletions } = setUp()
    const event = await publish(user, registered, deleted)
    await handlerOf(signInDeletion(ports))(event, context)
    await handlerOf(signInDeletion(ports))(event, context)
    expect(deletions).toEqual([userId])
  })

  it('is retried after a failure', async () => {
    const { user, userId, ports, handlerOf, publish, deletions, faults } = setUp()
    const event = await publish(user, registered, deleted)
    faults.push(new Error('Throttled'))
    await expect(handlerOf(signInDeletion(ports))(event, context)).rejects.toThrow('Throttled')
    await handlerOf(signInDeletion(ports))(event, context)
    expect(deletions).toEqual([userId])
  })

  it('needs more than an event: the account must be deleted', async () => {
    const { user, ports, handlerOf, publish, append, deletions, lines } = setUp()
    const event = await publish(`${user}-bob`, registered, deleted)
    await append(user, registered)
    const data = { userId: user.slice('user-'.length) }
    await handlerOf(signInDeletion(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(deletions).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'not-deleted' } }])
  })
})
