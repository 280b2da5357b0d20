import { describe, expect, it } from 'vitest'
import type { SubscriptionEvent } from '../../../../domain/subscription/events.ts'
import type { UserEvent } from '../../../../domain/user/events.ts'
import { invoiceIssued } from '../../../../workflows/subscription/invoice-mail.ts'
import { subscriptionEnd } from '../../../../workflows/subscription/subscription-end.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const deleted: UserEvent = { type: 'UserDeleted', data: {} }
const chosen = (month: string): SubscriptionEvent => ({ type: 'PlanChanged', data: { plan: 'pro', month } })
const invoiced = (period: string, amount = 900, currency = 'USD'): SubscriptionEvent => ({
  type: 'InvoiceIssued',
  data: { period, plan: 'pro', amount, currency },
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

  it('is not sent to a person who has deleted their account', async () => {
    const { user, subscription, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered, deleted)
    await handlerOf(invoiceIssued(ports))(await publish(subscription, invoiced('2026-01')), context)
    expect(mails).toEqual([])
  })
})

describe('the end of a subscription', () => {
  const eventsOf = ({ table, subscription }: ReturnType<typeof setUp>) =>
    table.all().flatMap(({ pk, events }) => (pk === subscription ? JSON.parse(events) : []))

  it('follows the deletion of the account, once, with billing as its actor', async () => {
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

  it('is in the month of the deletion, however late the event arrives', async () => {
    const all = setUp()
    const { user, subscription, ports, handlerOf, publish, append, clock } = all
    await append(subscription, chosen('2026-01'))
    const event = await publish(user, registered, deleted)
    await append(subscription, invoiced('2026-01'))
    clock.setNow(Date.parse('2026-02-01T01:00:00.000Z'))
    await handlerOf(subscriptionEnd(ports))(event, context)
    expect(eventsOf(all).at(-1)).toMatchObject({ data: { month: '2026-01' } })
  })

  it('is a no-op for a person on the free plan', async () => {
    const all = setUp()
    const { user, ports, handlerOf, publish, lines } = all
    await handlerOf(subscriptionEnd(ports))(await publish(user, registered, deleted), context)
    expect(eventsOf(all)).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'nothing-to-end' } }])
  })

  it('needs more than an event: the account must be deleted', async () => {
    const all = setUp()
    const { user, subscription, ports, handlerOf, publish, append, lines } = all
    await append(user, registered)
    await append(subscription, chosen('2026-01'))
    const event = await publish(`${user}-bob`, registered, deleted)
    const data = { userId: user.slice('user-'.length) }
    await handlerOf(subscriptionEnd(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(eventsOf(all)).toHaveLength(1)
    expect(lines).toMatchObject([{ extra: { outcome: 'not-deleted' } }])
  })
})
