import { describe, expect, it, vi } from 'vitest'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import type { ProjectEvent } from '../../../domain/project/events.ts'
import type { SubscriptionEvent } from '../../../domain/subscription/events.ts'
import type { UploadEvent } from '../../../domain/upload/events.ts'
import type { UserEvent } from '../../../domain/user/events.ts'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
import { entryOf } from '../../../projections/publishing/envelope.ts'
import { projectCreated } from '../../../workflows/project/project-created-mail.ts'
import { createDynamoHandledEvents } from '../../../workflows/reactions/dynamo-handled-events.ts'
import type { Mail } from '../../../workflows/reactions/mailer.ts'
import { type Reaction, reactionHandler } from '../../../workflows/reactions/reaction.ts'
import { invoiceIssued } from '../../../workflows/subscription/invoice-mail.ts'
import { subscriptionEnd } from '../../../workflows/subscription/subscription-end.ts'
import { uploadCompleted } from '../../../workflows/upload/upload-completed-mail.ts'
import { uploadNotTaken } from '../../../workflows/upload/upload-not-taken-mail.ts'
import { signInDeletion } from '../../../workflows/user/sign-in-deletion.ts'
import { welcome } from '../../../workflows/user/welcome-mail.ts'
import { readSide } from '../../kit/memory/read-side.ts'
import { embeddedDynamoDb } from '../../kit/stores/embedded-dynamodb.ts'
import { requested, taken } from '../../kit/upload/upload-events.ts'

const { config, table: newTable } = await embeddedDynamoDb()
const handled = await newTable('handled', { id: 'S' })

const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 20_000 }
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const renamed: UserEvent = { type: 'UserProfileChanged', data: { name: 'Annie' } }
const deleted: UserEvent = { type: 'UserDeleted', data: {} }
const created = (ownerId: string): ProjectEvent => ({
  type: 'ProjectCreated',
  data: { ownerId, title: 'Atlas', description: '' },
})

const chosen = (month: string): SubscriptionEvent => ({ type: 'PlanChanged', data: { plan: 'pro', month } })
const invoiced = (period: string, amount = 900, currency = 'USD'): SubscriptionEvent => ({
  type: 'InvoiceIssued',
  data: { period, plan: 'pro', amount, currency },
})

let people = 0

function setUp() {
  const { store, clock, append, table } = readSide()
  people += 1
  const userId = `ann${people}`
  const mails: Mail[] = []
  const deletions: string[] = []
  const lines: { level: string; message: unknown; extra: unknown }[] = []
  /** Errors that the ports throw, once each. */
  const faults: Error[] = []
  const attempt = () => {
    const fault = faults.shift()
    if (fault !== undefined) throw fault
  }
  const ports = {
    store,
    clock,
    mailer: {
      async send(mail: Mail) {
        attempt()
        mails.push(mail)
      },
    },
    signIns: {
      async delete(id: string) {
        attempt()
        if (deletions.includes(id)) return 'gone' as const
        deletions.push(id)
        return 'deleted' as const
      },
    },
  }
  const log =
    (level: string) =>
    (message: unknown, ...[extra]: unknown[]) => {
      lines.push({ level, message, extra })
    }
  /** A handler in an environment of its own. */
  const handlerOf = <Data>(reaction: Reaction<Data>) =>
    reactionHandler(reaction, {
      handled: createDynamoHandledEvents(handled, config),
      clock,
      logger: { info: log('info'), error: log('error') },
    })

  /** Appends events and returns the last as EventBridge delivers it, through the forwarder's own envelope. */
  const publish = async (
    stream: StreamName,
    ...events: (UserEvent | ProjectEvent | UploadEvent | SubscriptionEvent)[]
  ) => {
    const commit = await append(stream, ...events)
    const { at, actorId, correlationId, causationId } = commit
    const version = commit.version + events.length - 1
    // Of any type; the test names a public one.
    const event = {
      ...events.at(-1),
      stream,
      version,
      at,
      actorId,
      correlationId,
      causationId,
    } as Parameters<typeof entryOf>[0]
    const { source, detailType, detail } = entryOf(event, eventCatalogue) ?? {
      source: '',
      detailType: '',
      detail: '{}',
    }
    return { id: 'e', source, 'detail-type': detailType, detail: JSON.parse(detail) }
  }
  const user: StreamName = `user-${userId}`
  const subscription: StreamName = `subscription-${userId}`
  return {
    userId,
    user,
    subscription,
    ports,
    handlerOf,
    publish,
    append,
    mails,
    deletions,
    lines,
    faults,
    clock,
    table,
  }
}

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

  it('names the person as they are called by now', async () => {
    const { user, ports, handlerOf, publish, append, mails } = setUp()
    const event = await publish(user, registered)
    await append(user, renamed)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toMatchObject([{ text: expect.stringContaining('Hello Annie,') }])
  })

  it('goes to nobody who has deleted their account', async () => {
    const { user, ports, handlerOf, publish, append, mails, lines } = setUp()
    const event = await publish(user, registered)
    await append(user, deleted)
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ message: 'reacted', extra: { outcome: 'no-recipient' } }])
  })

  it('goes to nobody who is unknown, whatever the event says', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const data = { userId: 'nobody', email: 'bob@example.com' }
    await handlerOf(welcome(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(mails).toEqual([])
  })

  it('is sent once for an event that comes five times, to any environment', async () => {
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

  it('is sent once for an event that comes twice at the same time', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const both = [handlerOf(welcome(ports)), handlerOf(welcome(ports))]
    const results = await Promise.allSettled(both.map((handler) => handler(event, context)))
    expect(mails).toHaveLength(1)
    // The other one has found it done, or fails and comes again.
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
  })

  it('is tried again if it was refused, and then sent', async () => {
    const { user, ports, handlerOf, publish, mails, lines, faults } = setUp()
    const event = await publish(user, registered)
    faults.push(new Error('Throttled'))
    await expect(handlerOf(welcome(ports))(event, context)).rejects.toThrow('Throttled')
    expect(mails).toEqual([])
    await handlerOf(welcome(ports))(event, context)
    expect(mails).toHaveLength(1)
    expect(lines.map(({ message }) => message)).toEqual(['reaction failed', 'reacted'])
  })

  it('is sent after all if a function was cut off before it could, once its time has passed', async () => {
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

  it('is not sent for what is no news any more', async () => {
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
  ])('fails at an event %s, which then goes to the dead-letter queue', async (_, over) => {
    const { user, ports, handlerOf, publish, mails, lines } = setUp()
    const event = { ...(await publish(user, registered)), ...over }
    await expect(handlerOf(welcome(ports))(event, context)).rejects.toMatchObject({ code: 'unreadable' })
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ level: 'error', message: 'event cannot be read' }])
  })

  it.each<[string, object]>([
    ['another schema', { schema: 2 }],
    ['another type than it is sent under', { type: 'UserDeleted' }],
    ['no id', { id: undefined }],
    ['data of another shape', { data: { user: 'ann' } }],
  ])('fails at an event with %s', async (_, over) => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    const strange = { ...event, detail: { ...event.detail, ...over } }
    await expect(handlerOf(welcome(ports))(strange, context)).rejects.toMatchObject({ code: 'unreadable' })
    expect(mails).toEqual([])
  })

  it('takes an event with fields that it does not know', async () => {
    const { user, ports, handlerOf, publish, mails } = setUp()
    const event = await publish(user, registered)
    await handlerOf(welcome(ports))({ ...event, detail: { ...event.detail, tenant: 'x' } }, context)
    expect(mails).toHaveLength(1)
  })
})

describe('the news of a project', () => {
  it('goes to its owner', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    await handlerOf(projectCreated(ports))(await publish(`project-${userId}`, created(userId)), context)
    expect(mails).toMatchObject([
      {
        to: 'ann@example.com',
        eventId: `project-${userId}/1`,
        subject: 'Your project "Atlas" is ready',
        text: expect.stringContaining('Hello Ann,'),
      },
    ])
  })
})

describe('the news of an upload', () => {
  it('goes to its requester, and names the file, which the event does not', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    await append('project-project', created(userId))
    const asked = requested('project', { requestedBy: userId })
    const event = await publish(`upload-${userId}`, asked, ...taken)
    expect(JSON.stringify(event)).not.toMatch(/river/)
    await handlerOf(uploadCompleted(ports))(event, context)
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        eventId: `upload-${userId}/6`,
        subject: 'Your file "river.jpg" is in its project',
        text: expect.stringMatching(/^Hello Ann,\n[\s\S]*Open the project/),
      },
    ])
  })

  it.each([
    ['UploadRejected', 'Once the reason no longer applies, you can upload the file again.'],
    ['UploadFailed', 'The file is most likely not the cause. Upload it again.'],
  ] as const)('says after %s why, and what to do', async (type, next) => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const ended: UploadEvent = { type, data: { reason: 'There is no room for it.' } }
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ended)
    await handlerOf(uploadNotTaken(ports))(event, context)
    expect(mails).toMatchObject([
      { to: 'ann@example.com', subject: 'Your file "river.jpg" was not accepted' },
    ])
    expect(mails[0]?.text).toContain(`There is no room for it.\n\n${next}\n`)
  })

  it('of its completion does not go to a person who was removed from the project meanwhile', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const joined: ProjectEvent = { type: 'ProjectMemberAdded', data: { userId, role: 'editor' } }
    const left: ProjectEvent = { type: 'ProjectMemberRemoved', data: { userId } }
    await append('project-project', created('owner'), joined, left)
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ...taken)
    await handlerOf(uploadCompleted(ports))(event, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'no-access' } }])
  })

  it('is not taken under the type of another, though both are known', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const ended: UploadEvent = { type: 'UploadFailed', data: { reason: 'It cannot be read.' } }
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ended)
    const strange = { ...event, 'detail-type': 'UploadRejected' }
    await expect(handlerOf(uploadNotTaken(ports))(strange, context)).rejects.toMatchObject({
      code: 'unreadable',
    })
    expect(mails).toEqual([])
  })

  it('goes to nobody if there is no such upload, whatever the event says', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ...taken)
    const data = { uploadId: 'nothing', requestedBy: userId }
    await handlerOf(uploadCompleted(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'no-upload' } }])
  })
})

describe('the deletion of a sign-in', () => {
  it('follows that of the account, once', async () => {
    const { user, userId, ports, handlerOf, publish, deletions } = setUp()
    const event = await publish(user, registered, deleted)
    await handlerOf(signInDeletion(ports))(event, context)
    await handlerOf(signInDeletion(ports))(event, context)
    expect(deletions).toEqual([userId])
  })

  it('is repeated if it failed', async () => {
    const { user, userId, ports, handlerOf, publish, deletions, faults } = setUp()
    const event = await publish(user, registered, deleted)
    faults.push(new Error('Throttled'))
    await expect(handlerOf(signInDeletion(ports))(event, context)).rejects.toThrow('Throttled')
    await handlerOf(signInDeletion(ports))(event, context)
    expect(deletions).toEqual([userId])
  })

  it('is not done on the word of an event alone', async () => {
    const { user, ports, handlerOf, publish, append, deletions, lines } = setUp()
    const event = await publish(`user-bob${people}`, registered, deleted)
    await append(user, registered)
    const data = { userId: user.slice('user-'.length) }
    await handlerOf(signInDeletion(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(deletions).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'not-deleted' } }])
  })
})

describe('an invoice', () => {
  it('goes to the person, with the amount in money and the month in words', async () => {
    const { user, subscription, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const event = await publish(subscription, chosen('2026-01'), invoiced('2026-01'))
    for (let time = 0; time < 2; time++) await handlerOf(invoiceIssued(ports))(event, context)
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        eventId: `${subscription}/2`,
        subject: 'Your invoice for January 2026',
        text: 'Hello Ann,\n\nYour Pro plan for January 2026: USD 9.00.\n',
      },
    ])
  })

  it.each([
    [4905, 'USD', 'USD 49.05'],
    [4900, 'JPY', 'JPY 4900'],
  ])('of %d minor units of %s is for %s', async (amount, currency, text) => {
    const { user, subscription, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const event = await publish(subscription, invoiced('2026-12', amount, currency))
    await handlerOf(invoiceIssued(ports))(event, context)
    expect(mails).toMatchObject([
      { text: expect.stringContaining(`Your Pro plan for December 2026: ${text}.`) },
    ])
  })

  it('goes to nobody who has deleted their account', async () => {
    const { user, subscription, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered, deleted)
    await handlerOf(invoiceIssued(ports))(await publish(subscription, invoiced('2026-01')), context)
    expect(mails).toEqual([])
  })
})

describe('the end of a subscription', () => {
  const eventsOf = ({ table, subscription }: ReturnType<typeof setUp>) =>
    table.all().flatMap(({ pk, events }) => (pk === subscription ? JSON.parse(events) : []))

  it('follows the deletion of the account, once, and is by billing', async () => {
    const all = setUp()
    const { user, subscription, ports, handlerOf, publish, append, table } = all
    await append(subscription, chosen('2025-12'))
    const event = await publish(user, registered, deleted)
    for (let time = 0; time < 2; time++) await handlerOf(subscriptionEnd(ports))(event, context)
    expect(eventsOf(all)).toMatchObject([
      { type: 'PlanChanged' },
      { type: 'SubscriptionCancelled', data: { month: '2026-01' } },
    ])
    expect(table.all().filter(({ actorId }) => actorId === 'billing')).toMatchObject([
      { pk: subscription, causationId: `${user}/2`, correlationId: 'correlation' },
    ])
  })

  it('is in the month of the deletion, however late it comes', async () => {
    const all = setUp()
    const { user, subscription, ports, handlerOf, publish, append, clock } = all
    await append(subscription, chosen('2026-01'))
    const event = await publish(user, registered, deleted)
    await append(subscription, invoiced('2026-01'))
    clock.setNow(Date.parse('2026-02-01T01:00:00.000Z'))
    await handlerOf(subscriptionEnd(ports))(event, context)
    expect(eventsOf(all).at(-1)).toMatchObject({ data: { month: '2026-01' } })
  })

  it('is nothing to do for who pays for no plan', async () => {
    const all = setUp()
    const { user, ports, handlerOf, publish, lines } = all
    await handlerOf(subscriptionEnd(ports))(await publish(user, registered, deleted), context)
    expect(eventsOf(all)).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'nothing-to-end' } }])
  })

  it('is not done on the word of an event alone', async () => {
    const all = setUp()
    const { user, subscription, ports, handlerOf, publish, append, lines } = all
    await append(user, registered)
    await append(subscription, chosen('2026-01'))
    const event = await publish(`user-bob${people}`, registered, deleted)
    const data = { userId: user.slice('user-'.length) }
    await handlerOf(subscriptionEnd(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(eventsOf(all)).toHaveLength(1)
    expect(lines).toMatchObject([{ extra: { outcome: 'not-deleted' } }])
  })
})
